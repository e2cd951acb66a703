"""What unfinished stages leave on disk, so that one that was killed goes on where it was.

It lies outside of what DVC knows: a folder for each stage below data/checkpoints, removed when the
stage has ended. It counts only for the same parameters, inputs and code: dvc.yaml says what a stage
depends on, and a hash of all that is the key.
"""

import hashlib
import json
import os
import re
import shutil
import stat
import string
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pathspec

from semisup.workflow import half_written
from semisup.workflow.errors import NoMeans, UserError
from semisup.workflow.yaml_files import read_yaml

FOLDER = Path("data/checkpoints")
OUTDATED = "made with other parameters, inputs or code"
WHOLE_BYTES = 2**28  # files up to this size are hashed whole, of larger ones BLOCKS blocks
BLOCKS, BLOCK_BYTES = 64, 2**16
MANY_FILES = 1000  # of a folder with more, such as a user's images, only sizes and times count


@dataclass(frozen=True)
class Scratch:
    """A stage's folder. key: of what the stage depends on; seconds: from one save to the next."""

    folder: Path
    key: str
    seconds: float


@contextmanager
def during(
    stage: str, seconds: float, beside: Sequence[str] = (), **item: object
) -> Iterator[Scratch]:
    """The scratch folder of a stage, which is removed when the block ends well.

    And when it ends by a mistake of the user; not where it was interrupted.

    Args:
        stage: its name in dvc.yaml.
        seconds: from one save to the next.
        beside: paths that it reads and dvc.yaml does not name.
        item: values of its matrix: task, budget.
    """
    folder = FOLDER / "-".join([stage, *map(str, item.values())])
    try:
        yield Scratch(folder, stage_key(stage, beside, **item), seconds)
    except NoMeans:
        raise
    except UserError:
        _remove(folder)  # with the mistake mended, it will be another training
        raise
    finally:
        for left in half_written.left_in(folder):
            left.unlink(missing_ok=True)
    _remove(folder)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):  # of other stages
        folder.parent.rmdir()


def stage_key(stage: str, beside: Sequence[str], **item: object) -> str:
    """A hash of the parameters, inputs and code that dvc.yaml declares for a stage.

    And of the files at or below the paths `beside`, as far as these are there.
    """
    declared = read_yaml(Path("dvc.yaml"))["stages"][stage]
    params = read_yaml(Path("params.yaml"))
    digest = hashlib.blake2b(digest_size=16)
    for key in declared["params"]:
        value = _value(params, _filled(_filled_from_params(key, params), item))
        digest.update(json.dumps([key, value]).encode())
    for dependency in [*declared["deps"], *beside]:
        files = _files(Path(_filled(dependency, item)))
        for path in files:
            digest.update(os.fsencode(path))
            digest.update(_fingerprint(Path(path)) if len(files) <= MANY_FILES else _stamp(path))
    return digest.hexdigest()


def _value(params: Any, key: str) -> Any:
    for part in key.split("."):
        params = params[part]
    return params


def _filled_from_params(text: str, params: Any) -> str:
    """With `${pretrain.start}` and the like replaced, but for what belongs to an item."""
    return re.sub(r"\$\{(?!item\.)([\w.]+)\}", lambda found: str(_value(params, found[1])), text)


def _filled(text: str, item: dict[str, object]) -> str:
    """With `${item.task}` and the like replaced."""
    return re.sub(r"\$\{item\.(\w+)\}", lambda found: str(item[found[1]]), text)


def _files(path: Path) -> list[str]:
    """A file, or those below a folder that DVC sees, sorted.

    By the rules of .dvcignore: importing DVC would take 1 s. Of a million files, a `Path` of each
    would take longer than to look at them.
    """
    if path.is_file():
        return [str(path)]
    rules = Path(".dvcignore")
    lines = rules.read_text(encoding="utf-8").splitlines() if rules.exists() else []
    ignored = pathspec.GitIgnoreSpec.from_lines(lines)
    # of folders the last rule that matches counts: one may let in what another has left out
    ignored_folders = pathspec.PathSpec.from_lines("gitignore", lines)
    found: list[str] = []
    for folder, inner, names in os.walk(path):
        inner[:] = [name for name in inner if not ignored_folders.match_file(f"{folder}/{name}/")]
        found += [f"{folder}/{name}" for name in names]
    # forty rules take longer than a look at the file, and names often differ by digits alone
    alike = _digits_that_no_rule_tells_apart(lines)
    is_ignored = lru_cache(maxsize=2**12)(ignored.match_file)
    return sorted(file for file in found if not is_ignored(file.translate(alike)))


def _digits_that_no_rule_tells_apart(rules: Sequence[str]) -> dict[int, int]:
    """Map for `translate` of digits that no rule names to one of them."""
    text = "".join(rules)
    if "[" in text:  # a range may tell any apart
        return {}
    alike = [ord(digit) for digit in string.digits if digit not in text]
    return dict.fromkeys(alike, alike[0]) if alike else {}


def _fingerprint(path: Path) -> bytes:
    """A hash of a file; of a large one its size, its time and blocks from all over it.

    The large file of images is described by the manifest beside it, which has a hash of each image.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # a pipe would never end
            return b"no file"
        return _digest(path, about.st_size)
    except OSError as error:  # a link that leads nowhere or in a circle, or it may not be read
        return str(error.errno).encode()


def _digest(path: Path, size: int) -> bytes:
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        if size <= WHOLE_BYTES:
            digest.update(file.read())
        else:
            digest.update(_stamp(path))
            for block in range(BLOCKS):
                file.seek(block * (size - BLOCK_BYTES) // (BLOCKS - 1))
                digest.update(file.read(BLOCK_BYTES))
    return digest.digest()


def _stamp(path: str | Path) -> bytes:
    about = os.lstat(path)
    return f"{about.st_size} {about.st_mtime_ns}".encode()


def refuse(path: Path, reason: str) -> None:
    """Say why a file is of no use, and remove it."""
    say(f"{path}: {reason}; the work starts anew")
    path.unlink(missing_ok=True)


def say(line: str) -> None:
    """Tell the user something about a checkpoint."""
    print(f"checkpoint: {line}", file=sys.stderr)
