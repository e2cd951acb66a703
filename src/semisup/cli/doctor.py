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
from semisup.project import shipped
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

ENOUGH_DISK = 2  # GiB: results of the default settings take 0.4, of larger ones several
PACKAGES = ("semisup", "torch", "torchvision", "timm", "dvc", "onnxruntime")


@dataclass(frozen=True)
class Finding:
    """One line: `wrong` is what no run would survive, `mind` what may be meant."""

    level: Literal["ok", "mind", "wrong"]
    what: str
    told: str

    def __str__(self) -> str:
        return f"{self.level:6}{self.what:11}{self.told}"


Found = Iterator[Finding]


def examine() -> list[Finding]:
    """Look at everything; nothing is changed."""
    params: list[Params] = []
    checks: Sequence[Callable[[], Found]] = (
        *(_versions, partial(_settings, params), _disk, _git, _dvc, _results),
        *(partial(_of_params, check, params) for check in (_device, _memory, _data)),
    )
    return [*dict.fromkeys(one for check in checks for one in _guarded(check))]


def _guarded(check: Callable[[], Found]) -> Found:
    """What a check says, or which package it lacks."""
    try:
        yield from check()
    except ImportError as error:
        name = (error.name or "a package").partition(".")[0]
        why = f"cannot be imported ({error})"
        yield Finding("wrong", "versions", f"{name}: {why}; {how_to_install()}")


def _settings(found: list[Params]) -> Found:
    try:
        found.append(load_and_check_tasks())
    except UserError as error:
        yield Finding("wrong", "settings", str(error))
    else:
        yield Finding("ok", "settings", f"{PARAMS_FILE}: valid")


def _of_params(check: Callable[[Params], Found], params: Sequence[Params]) -> Found:
    return (one for each in params for one in check(each))


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

    try:
        runtime = device.start(params.compute)
    except UserError as error:
        yield Finding("wrong", "device", str(error))
        return
    name = runtime.device.type
    if name == "cuda":
        about = torch.cuda.get_device_properties(runtime.device)
        name = f"cuda: {about.name}, {about.total_memory / GIB:.0f} GiB"
    yield Finding("ok", "device", f"{name}, in {str(runtime.dtype).removeprefix('torch.')}")
    if params.compute.precision == "auto" and (name, runtime.dtype) == ("cpu", torch.float32):
        slow = "this CPU has no fast bfloat16: training takes about twice as long as with it"
        yield Finding("mind", "device", slow)
    threads, cores = params.compute.cpu_threads(), os.cpu_count() or 1
    yield Finding("ok", "cores", f"{threads} used of {cores}")
    if threads > cores:
        more = f"compute.threads: {threads} are more than the {cores} cores; set it to 0"
        yield Finding("mind", "cores", more)


def _memory(params: Params) -> Found:
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    wanted = params.compute.memory_gib
    if wanted > there:
        told = f"compute.memory_gib: {wanted:g} is more than the {there:.1f} GiB that are there"
        yield Finding("wrong", "memory", f"{told}; lower it to half of these")
        return
    yield Finding("ok", "memory", f"{there:.1f} GiB, of which images may take {wanted:g}")


def _disk() -> Found:
    free = shutil.disk_usage(".").free / GIB
    told = f"{free:.1f} GiB free here"
    if free < ENOUGH_DISK:
        yield Finding(
            "wrong", "disk", f"{told}; free some, `dvc gc --workspace` removes old results"
        )
    else:
        yield Finding("ok", "disk", told)


def _git() -> Found:
    if without_git():
        yield Finding("mind", "git", "the project does without: results can't be compared with old")
        return
    if shutil.which("git") is None:
        yield Finding("wrong", "git", "not installed; install it, since DVC works beside it")
        return
    command = ["git", "status", "--porcelain"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = " ".join(done.stderr.removeprefix("fatal: ").split())
        yield Finding("wrong", "git", f"{told}; DVC needs a repository: `git init` makes one")
        return
    changed = len(done.stdout.splitlines())
    if changed:
        told = f"{changed} files are not committed: results could not be traced to a commit"
        yield Finding("mind", "git", told)
    else:
        yield Finding("ok", "git", "all is committed")


def _dvc() -> Found:
    if not Path(".dvc").is_dir():
        yield Finding("wrong", "dvc", ".dvc is missing; run `dvc init`, or this in the top folder")
        return
    if not Path("dvc.yaml").exists():
        yield Finding("wrong", "dvc", "dvc.yaml is missing; take it from the last commit")
        return
    try:
        there = workflow.declared()
    except UserError as error:
        yield Finding("wrong", "dvc", str(error))
        return
    gone = [name for name in shipped.stages() if name not in there]
    if gone:  # as where the file was cut off between two of them
        told = f"dvc.yaml lacks {', '.join(gone)}; unless that is meant, {workflow.MEND}"
        yield Finding("mind", "dvc", told)
    if lockfile.is_cut_off():
        told = f"{outputs.LOCK} was cut off; run `semisup check`, which mends it"
        yield Finding("wrong", "dvc", told)
        return
    try:
        done = len(lockfile.stages())
    except Exception as error:  # of DVC's reader: a conflict of Git, say
        told = (
            f"{outputs.LOCK} can't be read ({type(error).__name__}): where a merge left its "
            f"marks, take one side, as by `git checkout --ours {outputs.LOCK}`"
        )
        yield Finding("wrong", "dvc", told)
        return
    told = f"{done} stages have run" if done else "no stage has run yet"
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
    from semisup.prepare.own_images.folder import named_paths
    from semisup.prepare.own_images.named_places import KEY, PLACES

    for name in PLACES:
        for given in named_paths(params.data.folder, name):
            yield from _place(f"{KEY}.{name}", given)


def _place(key: str, given: str) -> Found:
    from semisup.prepare.files.places import locate
    from semisup.prepare.own_images.folder import is_watched
    from semisup.prepare.own_images.named_places import RAW, content_of

    try:
        if key.endswith(("labels", "names")):
            content_of(given, key)
        else:
            locate(given, key)
    except UserError as error:
        yield Finding("wrong", "data", str(error))
        return
    yield Finding("ok", "data", f"{key}: {given}")
    if not is_watched(given):
        told = f"{key}: {given}: not inside {RAW}, so that DVC sees no changes there"
        yield Finding("mind", "data", told)


def _results() -> Found:
    found = [p for p in (outputs.REPORTS / outputs.IN_WORDS, outputs.MODEL) if p.exists()]
    told = f"there are {' and '.join(map(str, found))}" if found else "none yet; run `make repro`"
    yield Finding("ok", "results", told)


def report(found: Sequence[Finding]) -> int:
    """Print all lines; returns the exit status: 1 where something is wrong."""
    for one in found:
        print(one)
    wrong = sum(one.level == "wrong" for one in found)
    if wrong:
        print(f"{wrong} of these would stop a run", file=sys.stderr)
    return 1 if wrong else 0
