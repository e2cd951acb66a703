"""dvc.lock, DVC's record of what each stage was run with."""

import sys
from collections.abc import Sequence

from semisup.workflow.outputs import LOCK

_FIRST_LINE = "schema: '2.0'\n"


def is_cut_off() -> bool:
    """Whether DVC had not written it whole when it was killed.

    One that is wrong in another way, as by a conflict of Git, is not: DVC says what is the matter.
    """
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from dvc.utils.serialize import YAMLError, parse_yaml
    from voluptuous import Invalid

    text = LOCK.read_text("utf-8", errors="replace") if LOCK.exists() else _FIRST_LINE
    if text[: len(_FIRST_LINE)] != _FIRST_LINE[: len(text)] or "\n<<<<<<< " in text:
        return False
    try:
        COMPILED_LOCKFILE_SCHEMA(parse_yaml(text, LOCK))
    except (YAMLError, Invalid):
        return True
    return False


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


def put_in_order(names: Sequence[str]) -> None:
    """Order its stages by `names`; DVC appends each when it is done, the fastest first."""
    from dvc.utils.serialize import dump_yaml

    remove_if_cut_off()
    if found := stages():
        scratch = LOCK.with_suffix(".tmp")
        ordered = {name: found[name] for name in dict.fromkeys([*names, *found]) if name in found}
        dump_yaml(scratch, {"schema": "2.0", "stages": ordered})
        scratch.replace(LOCK)
