"""Unfinished trainings on disk, so that a stage that was killed goes on where it was.

They lie outside of what DVC knows: a folder for each stage below data/checkpoints, removed when the
stage has ended. A checkpoint counts only for the same parameters, inputs and code: dvc.yaml says
what a stage depends on, and a hash of all that is the checkpoint's key.
"""

import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

FOLDER = Path("data/checkpoints")
WHOLE_BYTES = 2**28  # files up to this size are hashed whole, of larger ones BLOCKS blocks
BLOCKS, BLOCK_BYTES = 64, 2**16

Tensors = dict[str, Tensor]


@dataclass(frozen=True)
class State:
    """A training at one moment: its tensors by name, and what else it needs to go on, as JSON."""

    tensors: Tensors
    facts: dict[str, Any]

    def part(self, name: str) -> Tensors:
        """The tensors that `named` gave this name."""
        start = f"{name}:"
        return {k.removeprefix(start): v for k, v in self.tensors.items() if k.startswith(start)}


def named(name: str, tensors: Tensors) -> Tensors:
    """Tensors under a common first name, for `State.part`."""
    return {f"{name}:{key}": value for key, value in tensors.items()}


@dataclass
class Checkpoint:
    """The state of one training, in one safetensors file.

    seconds: from one save to the next; key: of what the training depends on.
    """

    path: Path
    key: str
    seconds: float
    _last: float = field(init=False)

    def __post_init__(self) -> None:
        self._last = time.monotonic()

    def is_due(self) -> bool:
        """Whether the last save was long enough ago."""
        return time.monotonic() - self._last >= self.seconds

    def write(self, state: State) -> None:
        """Replace the last state in one step; where the disk is full, keep it and say so."""
        plain = {name: value.detach().cpu().contiguous() for name, value in state.tensors.items()}
        facts = json.dumps(state.facts)
        about = {"key": self.key, "facts": facts, "checksum": _checksum(plain, facts)}
        scratch = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with scratch.open("wb") as file:
                file.write(save(plain, about))
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(self.path)
        except OSError as error:
            _say(f"{self.path}: not saved ({error.strerror}); an older one, if any, is kept")
            scratch.unlink(missing_ok=True)
        self._last = time.monotonic()

    def read(self) -> State | None:
        """The last state; None where there is none, or one line says why it is of no use."""
        try:
            with safe_open(self.path, "pt") as file:
                about = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except FileNotFoundError:
            return None
        except (SafetensorError, OSError) as error:
            self._refuse(f"damaged ({error})")
            return None
        if about.get("checksum") != _checksum(tensors, about.get("facts", "")):
            self._refuse("damaged (its checksum is another one)")
        elif about.get("key") != self.key:
            self._refuse("made with other parameters, inputs or code")
        else:
            return State(tensors, json.loads(about["facts"]))
        return None

    def _refuse(self, reason: str) -> None:
        _say(f"{self.path}: {reason}; training starts anew")
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Checkpoints:
    """Those of one stage's trainings."""

    folder: Path
    key: str
    seconds: float

    def of(self, training: str, machine: str = "") -> Checkpoint:
        """That of one training, by a name which no other of the stage has.

        It goes on only on a machine of the same kind, as far as that matters.
        """
        name = re.sub(r"[^a-z0-9]+", "-", training.lower())
        key = f"{self.key} {machine}"
        return Checkpoint(self.folder / f"{name}.safetensors", key, self.seconds)


@contextmanager
def during(stage: str, seconds: float, **item: object) -> Iterator[Checkpoints]:
    """Checkpoints of a stage, which are removed when the block ends well.

    Args:
        stage: its name in dvc.yaml.
        seconds: from one save of a training to the next.
        item: values of its matrix: task, budget.
    """
    folder = FOLDER / "-".join([stage, *map(str, item.values())])
    yield Checkpoints(folder, stage_key(stage, **item), seconds)
    shutil.rmtree(folder, ignore_errors=True)


def stage_key(stage: str, **item: object) -> str:
    """A hash of the parameters, inputs and code that dvc.yaml declares for a stage."""
    declared = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"][stage]
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    digest = hashlib.blake2b(digest_size=16)
    for key in declared["params"]:
        value = params
        for part in _filled(key, item).split("."):
            value = value[part]
        digest.update(json.dumps([key, value]).encode())
    for dependency in declared["deps"]:
        for path in _files(Path(_filled(dependency, item))):
            digest.update(str(path).encode())
            digest.update(_fingerprint(path))
    return digest.hexdigest()


def _filled(text: str, item: dict[str, object]) -> str:
    """With `${item.task}` and the like replaced."""
    return re.sub(r"\$\{item\.(\w+)\}", lambda found: str(item[found[1]]), text)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))


def _fingerprint(path: Path) -> bytes:
    """A hash of a file; of a large one its size and blocks from all over it.

    The large file of images is described by the manifest beside it, which has a hash of each image.
    """
    size = path.stat().st_size
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        if size <= WHOLE_BYTES:
            digest.update(file.read())
        else:
            for block in range(BLOCKS):
                file.seek(block * (size - BLOCK_BYTES) // (BLOCKS - 1))
                digest.update(file.read(BLOCK_BYTES))
    return digest.digest()


def _checksum(tensors: Tensors, facts: str) -> str:
    digest = hashlib.blake2b(facts.encode(), digest_size=16)
    for name, value in sorted(tensors.items()):
        digest.update(name.encode())
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()


def _say(line: str) -> None:
    print(f"checkpoint: {line}", file=sys.stderr)
