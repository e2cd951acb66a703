"""A study: studies/NAME.yaml, which says only what differs from params.yaml."""

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError
from ruamel.yaml import YAML

from semisup.params.base import Count, Section
from semisup.params.messages import describe, suggestion
from semisup.workflow.errors import UserError, not_here
from semisup.workflow.yaml_files import read_yaml

FOLDER = Path("studies")


def _below_raw(name: str) -> str:
    """What the copy has by this name is replaced: it must not lie elsewhere."""
    path = PurePath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"{name!r} should be the name of a file or folder in data/raw")
    return name


class Published(Section):
    """What others report of the same data. top1: in %, by labels per class."""

    name: str
    source: str
    top1: dict[Count, float]


class Study(Section):
    """A file of studies/.

    title: one line; needs: what has to lie below data/raw, and where to get it; raw: its names
    there; extends: a study whose `params` come first; params: keys of params.yaml that differ;
    quick: those that differ from these in a form that two cores can finish; differs: lines about
    what is not as in `published`.
    """

    title: str
    extends: str | None = None
    needs: str
    raw: list[Annotated[str, AfterValidator(_below_raw)]] = Field(default_factory=list)
    params: dict[str, Any]
    quick: dict[str, Any] = Field(min_length=1)
    published: list[Published] = Field(default_factory=list)
    differs: list[str] = Field(default_factory=list)

    def overlay(self, quick: bool) -> dict[str, Any]:
        """The keys that differ, those of the quick form too where it is asked for.

        Raises:
            UserError: where the study that it extends is not as it must be.
        """
        params = self.params
        if self.extends:
            base = read(self.extends)
            if base.extends:
                file = FOLDER / f"{self.extends}.yaml"
                raise UserError(f"{file}: extends {base.extends} itself; extend that")
            params = merged(base.params, params)
        return merged(params, self.quick) if quick else params


def names() -> list[str]:
    """The names of all studies."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read(name: str) -> Study:
    """Read a study by its name.

    Raises:
        UserError: where there is none, or it is not as it must be.
    """
    file = FOLDER / f"{name}.yaml"
    known = names()
    if not known:
        raise UserError(
            f"{FOLDER}: has no studies: they come with a clone of semisup; run this in its top"
            " folder"
        )
    if name not in known:
        raise UserError(
            f"{name}: no such study{suggestion(name, known)}; allowed: {', '.join(known)}"
        )
    values = read_yaml(file)
    if not isinstance(values, dict):
        raise UserError(f"{file}: must be a section of keys, not {values!r}")
    try:
        study = Study.model_validate(values)
    except ValidationError as error:
        example = "as the other files there have it"
        raise UserError(f"{file}: {describe(error, Study, '', example)}") from None
    if study.extends == name:
        raise UserError(f"{file}: extends: {name}: itself; name another study, or leave it out")
    return study


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the keys of `over`, section by section; lists are replaced."""
    found = dict(base)
    for key, value in over.items():
        mine = found.get(key)
        is_section = isinstance(mine, Mapping) and isinstance(value, Mapping)
        found[key] = merged(mine, value) if is_section else value  # type: ignore[arg-type]
    return found


def write_over(params: Path, over: Mapping[str, Any], target: Path) -> None:
    """Write a params.yaml with the keys of `over`; comments stay.

    Raises:
        UserError: where the file can't be read.
    """
    yaml = YAML()
    yaml.width = 100
    yaml.preserve_quotes = True
    try:
        values = yaml.load(params.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise not_here(params) from None
    _put(values, over)
    with target.open("w", encoding="utf-8") as file:
        yaml.dump(values, file)


def _put(values: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(values.get(key), dict):
            _put(values[key], value)
        elif isinstance(value, list) and isinstance(values.get(key), list):
            values[key][:] = value  # so that it is written as the old one was, and comments stay
        else:
            values[key] = value
