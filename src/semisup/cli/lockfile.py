"""dvc.lock, DVC's record of what each stage was run with."""

import json
import sys
from collections.abc import Collection, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from semisup.cli import killed
from semisup.params.loading import PARAMS_FILE
from semisup.workflow import half_written
from semisup.workflow.errors import UserError
from semisup.workflow.merges import marked_line
from semisup.workflow.outputs import LOCK
from semisup.workflow.processes import is_running

HELD = Path(".dvc/tmp/rwlock")  # what running DVCs read and write
_FIRST_LINE = "schema: '2.0'\n"


def is_cut_off() -> bool:
    """Whether DVC had not written it whole when it was killed.

    One that is wrong in another way is not: `check_merged` or DVC says what is the matter.
    """
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from dvc.utils.serialize import YAMLError, parse_yaml
    from voluptuous import Invalid

    text = LOCK.read_text("utf-8", errors="replace") if LOCK.exists() else _FIRST_LINE
    if text[: len(_FIRST_LINE)] != _FIRST_LINE[: len(text)] or marked_line(text):
        return False
    try:
        COMPILED_LOCKFILE_SCHEMA(parse_yaml(text, LOCK))
    except (YAMLError, Invalid):
        return True
    return False


def check_merged() -> None:
    """Refuse one with the marks of a merge, before DVC says that its YAML is corrupted.

    Raises:
        UserError: it has some.
    """
    text = LOCK.read_text("utf-8", errors="replace") if LOCK.exists() else ""
    if marked_line(text):
        raise UserError(
            f"{LOCK}: a merge left its marks; take a side, as by `git checkout --ours {LOCK}`, "
            "and run `make repro`, which brings results of both from DVC's cache"
        )


def mend_after_kill() -> None:
    """Put right what a DVC that was killed leaves, and the next one refuses.

    What its stages had begun to write goes too: they may be up to date now, and never run again.
    """
    remove_if_cut_off()
    killed.remove_left()
    # one that has ended, but that nobody asked how, DVC takes for running: in containers for ever
    if (holders := _holders()) and not any(map(is_running, holders)):
        HELD.unlink(missing_ok=True)


def _holders() -> set[int]:
    """Process numbers of DVCs that hold files."""
    try:
        held = json.loads(HELD.read_text("utf-8"))
        writers, readers = held.get("write", {}).values(), held.get("read", {}).values()
        return {int(one["pid"]) for one in [*writers, *chain(*readers)] if one}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return set()  # not there, or not as we know it: DVC says so itself


def remove_if_cut_off() -> None:
    """Remove such a file, which DVC would refuse.

    DVC takes finished stages from its cache of runs then, and writes the file anew.
    """
    if is_cut_off():
        LOCK.unlink(missing_ok=True)
        print(f"{LOCK}: DVC was killed while it wrote it; it is made anew", file=sys.stderr)


def stages() -> dict[str, object]:
    """What it says of each stage; nothing where there is no file."""
    from dvc.utils.serialize import load_yaml

    return dict(load_yaml(LOCK).get("stages") or {}) if LOCK.exists() else {}


def check_inputs(stage: str, among: Collection[Path] | None = None) -> None:
    """Refuse what a stage left, where that is of other inputs than lie there now.

    A run that stops halfway leaves such: images, their positions and classes may be others by then.
    What ran without DVC is not in the file, and passes.

    Args:
        stage: its name in dvc.lock; those before it are looked at too.
        among: the inputs that count; None: all that stages make.

    Raises:
        UserError: it names the stage and the input.
    """
    ran = _readable()
    made = {
        out["path"]: (name, out["md5"]) for name, one in ran.items() for out in _of(one, "outs")
    }
    ahead, seen = [stage], set[str]()
    while ahead:
        name = ahead.pop()
        seen.add(name)
        for dep in _of(ran.get(name), "deps"):
            before, now = made.get(dep["path"], ("", dep["md5"]))
            if now != dep["md5"] and (among is None or Path(dep["path"]) in among):
                raise UserError(
                    f"{name}: ran on another {dep['path']} than there is now, as where a run "
                    "stopped halfway; run `make repro`"
                )
            ahead += [before] if before and before not in seen else []


def check_setting(stage: str, key: str, now: object) -> None:
    """Refuse a setting other than the one that a stage ran with. What ran without DVC passes.

    Raises:
        UserError: it names the key, and both values.
    """
    ran = (_readable().get(stage) or {}).get("params", {}).get(str(PARAMS_FILE), {})
    if ran.get(key, now) != now:
        raise UserError(
            f"{PARAMS_FILE}: {key}: {now}, but {stage} ran with {ran[key]}; run `make repro`, or "
            "set it back"
        )


def _readable() -> dict[str, Any]:
    """The stages; none where a merge left its marks: who runs DVC next is told of them."""
    try:
        return stages()
    except Exception:  # of DVC's reader
        return {}


def _of(stage: Any, entries: str) -> list[dict[str, str]]:
    return [entry for entry in (stage or {}).get(entries, ()) if "md5" in entry]


def put_in_order(names: Sequence[str]) -> None:
    """Order its stages by `names`; DVC appends each when it is done, the fastest first."""
    from dvc.utils.serialize import dump_yaml

    remove_if_cut_off()
    if found := stages():
        ordered = {name: found[name] for name in dict.fromkeys([*names, *found]) if name in found}
        with half_written.files(LOCK) as [written]:
            dump_yaml(written, {"schema": "2.0", "stages": ordered})
