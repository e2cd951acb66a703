"""The state of an unfinished training on disk, in one safetensors file: no code runs when read."""

import json
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from semisup.compute.weights import checksum
from semisup.workflow import half_written
from semisup.workflow.scratch import OUTDATED, Scratch, refuse, say

# Dicts and lists of tensors, and of what JSON can hold. Keys are strings.
State = dict[str, Any]
_TENSOR = "tensor"  # in the JSON, the key before the name of a tensor that stands there


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
        tensors: dict[str, Tensor] = {}
        facts = json.dumps(_taken_apart(state, "", tensors))
        plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
        about = {"key": self.key, "facts": facts, "checksum": checksum(plain, facts)}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with half_written.files(self.path) as [written], written.open("wb") as file:
                file.write(save(plain, about))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            say(f"{self.path}: not saved ({error.strerror}); an older one, if any, is kept")
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
            refuse(self.path, f"damaged ({error})")
            return None
        if about.get("checksum") != checksum(tensors, about.get("facts", "")):
            refuse(self.path, "damaged (its checksum is another one)")
        elif about.get("key") != self.key:
            refuse(self.path, OUTDATED)
        else:
            state: State = _put_together(json.loads(about["facts"]), tensors)
            return state
        return None


def _taken_apart(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """The value with the tensors in it moved to `tensors`, by the path that leads to them."""
    if isinstance(value, Tensor):
        tensors[name] = value
        return {_TENSOR: name}
    if isinstance(value, dict):
        return {key: _taken_apart(part, f"{name}/{key}", tensors) for key, part in value.items()}
    if isinstance(value, list):
        return [_taken_apart(part, f"{name}/{at}", tensors) for at, part in enumerate(value)]
    return value


def _put_together(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, dict):
        if value.keys() == {_TENSOR} and isinstance(value[_TENSOR], str):
            return tensors[value[_TENSOR]]
        return {key: _put_together(part, tensors) for key, part in value.items()}
    if isinstance(value, list):
        return [_put_together(part, tensors) for part in value]
    return value


def checkpoint_of(scratch: Scratch, training: str, machine: str) -> Checkpoint:
    """The checkpoint of one training, by a name which no other of the stage has.

    It goes on only on a machine of the same kind, as far as that matters.
    """
    name = re.sub(r"[^a-z0-9.]+", "-", training.lower())
    path = scratch.folder / f"{name}.safetensors"
    return Checkpoint(path, f"{scratch.key} {machine}", scratch.seconds)
