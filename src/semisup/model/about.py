"""What must be known of a classifier besides its weights, as classifier.json says it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from semisup.params.data_sections import LARGEST_SIDE
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

FILE = "classifier.json"
FORMAT = 1  # of that file; another number: keys that this code does not know


@dataclass(frozen=True, kw_only=True)
class About:
    """Everything from which plain torch can rebuild it."""

    classes: list[str]  # names, in the order of the probabilities
    image_size: int  # side in pixels
    channels: int  # 1 (grey) or 3
    fit: Literal["crop", "pad", "stretch"]  # how files become images, as in the section `data`
    max_megapixels: float  # the same
    mean: NDArray[np.float32]  # of each channel in 0 to 1, which the encoder subtracts
    std: NDArray[np.float32]  # the same, which it divides by
    encoder: dict[str, Any]  # as encoder.json has it
    layer: str  # of its features
    pool: int  # the side that these are pooled to
    hidden: list[int]  # units of the head's hidden layers
    temperature: float = 1.0  # that logits are divided by
    threshold: float | None = None  # answers more probable are right as often as `precision` says
    precision: float | None = None  # as promised on validation, None where it was not looked at
    origin: dict[str, Any] = field(default_factory=dict)  # how it was trained
    weights: dict[str, str] = field(default_factory=dict)  # where its first are from, unless random
    # what is black and white of values of more than 8 bits, by their kind, as `prepare` found it
    ranges: dict[str, tuple[float, float]] | None = None

    @property
    def licence(self) -> str:
        """A sentence on who may use the weights."""
        own = "Trained by you on your images: the licence of semisup lays no claim to the weights"
        if not self.weights:
            return f"{own}."
        model, licence = self.weights.get("model"), self.weights.get("licence", "unknown")
        return f"{own}. They began as {model} of others, whose licence is: {licence}."

    def write(self, folder: Path) -> None:
        """As classifier.json."""
        outputs.write_json(folder / FILE, {"format": FORMAT} | self.as_json())

    def as_json(self) -> dict[str, Any]:
        """With lists in place of arrays."""
        return vars(self) | {"mean": self.mean.tolist(), "std": self.std.tolist()}

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What `write` wrote.

        Raises:
            UserError: where it is not there, or of another version of semisup.
        """
        path = folder / FILE
        if folder.is_file():
            raise UserError(f"{folder}: a file; name the folder that it lies in")
        if not path.exists():
            raise UserError(
                f"{path}: not there; run `dvc repro`, or name a folder that `export` wrote"
            )
        try:
            said = outputs.read_json(path)
            if said.pop("format", None) != FORMAT:
                raise UserError(f"{path}: not of this version of semisup; export it anew")
            _Said.model_validate(said)
            arrays = {name: np.array(said[name], np.float32) for name in ("mean", "std")}
            return cls(**said | arrays)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise damaged(path, ValueError(f"{where}: {first['msg']}".lstrip(": "))) from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise damaged(path, error) from None


class _Said(BaseModel):
    """What classifier.json may say, of the keys with which answers could go wrong in silence."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    classes: list[str] = Field(min_length=2)
    image_size: int = Field(ge=1, le=LARGEST_SIDE)
    channels: Literal[1, 3]
    fit: Literal["crop", "pad", "stretch"]
    max_megapixels: float = Field(gt=0)
    mean: list[float]
    std: list[Annotated[float, Field(gt=0)]]
    encoder: dict[str, Any]
    layer: str
    pool: int = Field(ge=1)
    hidden: list[Annotated[int, Field(ge=1)]]
    temperature: float = Field(gt=0)
    threshold: float | None = Field(ge=0, le=1)
    precision: float | None = Field(ge=0, le=1)
    ranges: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]] | None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len({*self.classes}) < len(self.classes):
            raise ValueError("classes: two have the same name")
        if any(not name.strip() for name in self.classes):  # so are rows of unreadable files
            raise ValueError("classes: one has no name")
        if len(self.mean) != len(self.std):
            raise ValueError("mean and std: should have equally many numbers")
        if any(low >= high for low, high in (self.ranges or {}).values()):
            raise ValueError("ranges: should have the smaller number first")
        return self


def damaged(path: Path, error: Exception) -> UserError:
    """The error for a classifier.json that says what can't be."""
    what = f"{type(error).__name__}: {' '.join(str(error).split())[:100]}"
    return UserError(f"{path}: damaged ({what}); export the classifier anew")
