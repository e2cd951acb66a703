"""What this machine and this project are like, and what is wrong with them."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from semisup.cli import lockfile, workflow
from semisup.cli.checks import check_data, without_git
from semisup.cli.one_line import how_to_install
from semisup.params.loading import PARAMS_FILE, Params, load_and_check_tasks
from semisup.params.sections import GIB
from semisup.project import shipped, update
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import counted

ENOUGH_DISK = 4  # GiB: results of the default settings take 1.4 with their copies in the cache
FREE = "`dvc gc --all-commits` removes results that are neither here nor in a commit"
PACKAGES = ("semisup", "torch", "torchvision", "timm", "dvc", "onnxruntime")


@dataclass(frozen=True)
class Finding:
    """One line: `wrong` is what no run would survive, `note` what may be meant."""

    level: Literal["ok", "note", "wrong"]
    what: str
    told: str

    def __str__(self) -> str:
        return f"{self.level:6}{self.what:11}{self.told}"


Found = Iterator[Finding]
Checks = dict[str, Callable[[], Found]]  # by what they look at


def examine() -> list[Finding]:
    """Look at everything; nothing is changed."""
    settings, params = _settings()
    of_machine: Checks = {"disk": _disk, "git": _git, "dvc": _dvc, "results": _results}
    of_settings: Checks = {}
    if params:
        each = {"device": _device, "memory": _memory, "data": _data}
        of_settings = {what: partial(check, params) for what, check in each.items()}
    found = [*_guarded("versions", _versions), *settings]
    for what, check in (of_machine | of_settings).items():
        found += _guarded(what, check)
    return [*dict.fromkeys(found)]


def _guarded(what: str, check: Callable[[], Found]) -> Found:
    """What a check says, what it ends by as wrong, or which package it lacks."""
    try:
        yield from check()
    except UserError as error:
        yield Finding("wrong", what, str(error))
    except ImportError as error:
        name = (error.name or "a package").partition(".")[0]
        why = f"cannot be imported ({error})"
        yield Finding("wrong", "versions", f"{name}: {why}; {how_to_install()}")


def _settings() -> tuple[list[Finding], Params | None]:
    """What is said of params.yaml, and what it says; None where it is wrong."""
    params = None

    def load() -> Found:
        nonlocal params
        params = load_and_check_tasks()
        yield Finding("ok", "settings", f"{PARAMS_FILE}: valid")

    return [*_guarded("settings", load)], params


def _versions() -> Found:
    told = []
    for name in PACKAGES:
        try:
            told.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding("wrong", "versions", f"{name}: not installed; {how_to_install()}")
    yield Finding("ok", "versions", f"Python {platform.python_version()}, {', '.join(told)}")


def _device(params: Params) -> Found:
    import torch

    from semisup.compute import device

    runtime = device.start(params.compute)
    name = runtime.device.type
    if name == "cuda":
        about = torch.cuda.get_device_properties(runtime.device)
        name = f"cuda: {about.name}, {about.total_memory / GIB:.0f} GiB"
    yield Finding("ok", "device", f"{name}, in {str(runtime.dtype).removeprefix('torch.')}")
    if params.compute.precision == "auto" and (name, runtime.dtype) == ("cpu", torch.float32):
        slow = "this CPU has no fast bfloat16: training takes about twice as long as with it"
        yield Finding("note", "device", slow)
    threads, cores = params.compute.cpu_threads(), os.cpu_count() or 1
    yield Finding("ok", "cores", f"{threads} of {cores} used")
    if threads > cores:
        more = f"compute.threads: {threads} are more than the {cores} cores; set it to 0"
        yield Finding("note", "cores", more)


def _memory(params: Params) -> Found:
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    wanted = params.compute.memory_gib
    if wanted > there:
        raise UserError(
            f"compute.memory_gib: {wanted:g} is more than the {there:.1f} GiB that are there; "
            "lower it to half of these"
        )
    yield Finding("ok", "memory", f"{there:.1f} GiB, of which images may take {wanted:g} GiB")


def _disk() -> Found:
    for folder in (Path.cwd(), *map(Path, ("data", ".dvc"))):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            raise UserError(f"{folder}: can't be written; unlock it, or copy the project elsewhere")
    free = shutil.disk_usage(".").free / GIB
    told = f"{free:.1f} GiB free here"
    if free < ENOUGH_DISK:
        raise UserError(f"{told}; free some: {FREE}")
    yield Finding("ok", "disk", told)


def _git() -> Found:
    if without_git():
        told = "the project does without Git: results can't be compared with earlier ones"
        yield Finding("note", "git", told)
        return
    if shutil.which("git") is None:
        told = "not installed: runs work, but no results are kept to compare with; install it"
        yield Finding("note", "git", told)
        return
    command, env = ["git", "status", "--porcelain", "-uall", "."], os.environ | {"LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if "dubious ownership" in done.stderr:  # what to do is the last line
        told = "another user owns this folder: runs work, but not comparing with other commits; run"
        yield Finding("note", "git", f"{told} `{done.stderr.splitlines()[-1].strip()}`")
        return
    if done.returncode:
        told = " ".join(done.stderr.removeprefix("fatal: ").split())
        raise UserError(f"{told}; DVC needs a repository: `git init` makes one")
    changed = len(done.stdout.splitlines())
    if changed:
        told = f"not committed: {counted(changed, 'file')}; results could not be traced to a commit"
        yield Finding("note", "git", told)
    else:
        yield Finding("ok", "git", "all is committed")


def _dvc() -> Found:
    if not Path(".dvc").is_dir():
        raise UserError(".dvc is missing; run `dvc init`, or this in the top folder")
    if not Path("dvc.yaml").exists():
        raise UserError("dvc.yaml is missing; take it from the last commit")
    there = workflow.declared()
    update.check(there)
    gone = [name for name in shipped.stages() if name not in there]
    if gone:  # as where the file was cut off between two of them
        told = f"dvc.yaml lacks {', '.join(gone)}; unless that is meant, {workflow.MEND}"
        yield Finding("note", "dvc", told)
    if lacking := update.lacking(there):
        yield Finding("note", "dvc", lacking)
    if empty := workflow.folders_gone():
        names = ", ".join(map(str, empty))
        raise UserError(f"not there: {names}; run `semisup check`, which makes them, empty")
    lockfile.check_merged()
    if lockfile.is_cut_off():
        raise UserError(f"{outputs.LOCK} was cut off; run `semisup check`, which mends it")
    try:
        done = len(lockfile.stages())
    except Exception as error:  # of DVC's reader
        raise UserError(
            f"{outputs.LOCK} can't be read ({type(error).__name__}); take the last commit's: "
            f"`git checkout HEAD {outputs.LOCK}`"
        ) from None
    told = (
        f"{outputs.LOCK} has runs of {counted(done, 'stage')}" if done else "no stage has run yet"
    )
    yield Finding("ok", "dvc", f"{told}; `dvc status` says which would run again")


def _data(params: Params) -> Found:
    try:
        check_data(params)
    except UserError as error:
        yield Finding("wrong", "data", str(error))
        if params.data.source != "folder":
            return
    if params.data.source != "folder":
        of = params.data.torchvision.name if params.data.source == "torchvision" else "drawn here"
        yield Finding("ok", "data", f"{params.data.source}: {of}")
        return
    from semisup.prepare.own_images.named_places import KEY, PLACES
    from semisup.prepare.own_images.watched import named_paths

    for name in PLACES:
        for given in named_paths(params.data.folder, name):
            yield from _place(f"{KEY}.{name}", given)


def _place(key: str, given: str) -> Found:
    from semisup.prepare.files.places import locate
    from semisup.prepare.own_images.named_places import content_of
    from semisup.prepare.own_images.watched import why_unwatched

    try:
        if key.endswith(("labels", "names")):
            content_of(given, key)
        else:
            locate(given, key)
    except UserError as error:
        yield Finding("wrong", "data", str(error))
        return
    yield Finding("ok", "data", f"{key}: {given}")
    if why := why_unwatched(given):
        yield Finding("note", "data", f"{key}: {given}: {why}")


def _results() -> Found:
    found = [p for p in (outputs.REPORTS / outputs.IN_WORDS, outputs.MODEL) if p.exists()]
    told = f"found {' and '.join(map(str, found))}" if found else "none yet; run `make repro`"
    yield Finding("ok", "results", told)


def report(found: Sequence[Finding]) -> int:
    """Print all lines; returns the exit status: 1 where something is wrong."""
    for one in found:
        print(one)
    wrong = sum(one.level == "wrong" for one in found)
    if wrong:
        print(f"{wrong} of these would stop a run", file=sys.stderr)
    return 1 if wrong else 0
