"""What a stage had written before, where DVC removed it and the stage then failed."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.outputs import LOCK


@contextmanager
def kept(stage: str, folder: Path) -> Iterator[None]:
    """Bring a stage's folder back from DVC's cache where the user's mistake ends the block."""
    try:
        yield
    except UserError:
        if not folder.exists() and Path(".dvc").is_dir() and LOCK.exists():
            _restore(stage, folder)
        raise


def _restore(stage: str, folder: Path) -> None:
    """As `dvc checkout` does, which can't run while the stage does."""
    try:
        locked = yaml.safe_load(LOCK.read_text(encoding="utf-8"))["stages"].get(stage, {})
        hashes = [out["md5"] for out in locked.get("outs", []) if out["path"] == folder.as_posix()]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):  # it was cut off
        return
    cache = _cache()
    if not hashes or cache is None:
        return
    try:
        listing = json.loads(_file(cache, hashes[0]).read_text(encoding="utf-8"))
        with outputs.replacing(folder) as new:
            for item in listing:
                shutil.copyfile(_file(cache, item["md5"]), new / item["relpath"])
    except (OSError, UserError):  # not all of it is in the cache
        return
    print(f"{folder}: is what it was at the last good run", file=sys.stderr)


def _cache() -> Path | None:
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo() as repo:
            return Path(os.fspath(repo.cache.local.path))
    except DvcException:
        return None


def _file(cache: Path, md5: str) -> Path:
    return cache / md5[:2] / md5[2:]
