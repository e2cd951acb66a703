"""dvc.lock, DVC's record of what each stage was run with, as text: a block for each stage."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

LOCK = Path("dvc.lock")
_HEAD = "schema: '2.0'\nstages:\n"
_BLOCK = re.compile(r"(?m)^  (\S.*):$")  # the first line of a stage


def read() -> str:
    """Its text, nothing where there is none."""
    return LOCK.read_text(encoding="utf-8", errors="replace") if LOCK.exists() else ""


def write(text: str) -> None:
    """Replace it in one step."""
    scratch = LOCK.with_suffix(".tmp")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(LOCK)


def stages(lock: str) -> list[str]:
    """The names of its stages."""
    return _BLOCK.findall(lock)


def in_order(lock: str, names: Sequence[str]) -> str:
    """The text with its stages in this order, which `dvc repro` would have run them in.

    DVC appends a stage when it is done, so that the order would tell which one was the fastest.
    """
    head, *blocks = _split(lock)
    rank = {name: number for number, name in reversed([*enumerate(names)])}
    last = len(names)
    return head + "".join(sorted(blocks, key=lambda block: rank.get(stages(block)[0], last)))


def put_in_order(names: Sequence[str]) -> None:
    """`in_order` of the file, if it is there and whole or can be made so."""
    mend()
    lock = read()
    if lock and _is_valid(lock):
        write(in_order(lock, names))


def mend() -> None:
    """Cut off a stage that DVC had not written whole when it was killed.

    DVC writes the file in place, and refuses one that ends in the middle. The stage that is lost
    is in DVC's cache of runs, so that it need not run again. A file that is wrong in another way
    stays as it is: DVC says what is the matter with it.
    """
    lock = read()
    if not LOCK.exists() or _is_valid(lock):
        return
    head, *blocks = _split(lock)
    whole = head + "".join(blocks[:-1])
    if any(re.search(r"(?m)^\S", block) for block in blocks):  # such as a conflict of Git
        return
    if len(blocks) < 2 and _HEAD.startswith(head):
        LOCK.unlink()
    elif _is_valid(whole):
        write(whole)
    else:
        return
    print(f"{LOCK}: DVC was killed while it wrote it; whole stages are kept", file=sys.stderr)


def _split(lock: str) -> list[str]:
    """What stands above the stages, and the block of each."""
    return re.split(r"(?m)^(?=  \S)", lock)


def _is_valid(lock: str) -> bool:
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from voluptuous import Invalid

    try:
        COMPILED_LOCKFILE_SCHEMA(yaml.safe_load(lock))
    except (yaml.YAMLError, Invalid):
        return False
    return True
