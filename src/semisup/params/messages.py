"""What is wrong with params.yaml, in one line that names the key, the value and what is allowed."""

import difflib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from semisup.workflow.yaml_files import read_yaml

SYNONYMS = {"gpu": "cuda", "grayscale": "grey", "gray": "grey", "color": "rgb", "colour": "rgb"}
# by the type of pydantic's error, where its own words would read badly
MESSAGES = {
    "int_type": "should be an integer",
    "int_from_float": "should be an integer",
    "list_type": "should be a list, such as [a, b]",
    "too_short": "should not be empty",
    "string_too_short": "should not be empty",
    "bool_type": "should be true or false",
}


def describe(
    error: ValidationError, model: type[BaseModel], prefix: str, example: str | None = None
) -> str:
    """The first problem that pydantic found, and how many more there are.

    Args:
        error: of `model.model_validate`.
        model: of the section that was validated.
        prefix: where that section stands in the file; "" for the whole file.
        example: where a key that is missing can be looked up; None: in the params.yaml that comes
            with semisup.
    """
    # a misspelt key is a missing one too: the line that suggests a spelling comes first
    issues = sorted(error.errors(), key=lambda issue: issue["type"] != "extra_forbidden")
    # of a value that may be of several types there is an issue for each: it counts once
    count = len({_keys(model, issue["loc"])[1] for issue in issues})
    line = _one_line(model, issues[0], prefix, example)
    return line + (f" (and {count - 1} more)" if count > 1 else "")


def suggestion(word: str, known: list[str]) -> str:
    """` (did you mean 'x'?)`, or nothing where no known word is close."""
    meant = SYNONYMS.get(word.lower(), word)
    close = [meant] if meant in known else difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def check_name(name: str, known: Any, what: str, key: str = "") -> None:
    """Raise ValueError, for pydantic to collect, unless `name` is a known one."""
    if name not in known:
        where = f"{key}: " if key else ""
        hint = suggestion(name, list(known))
        raise ValueError(f"{where}unknown {what} {name!r}{hint}; allowed: {', '.join(known)}")


def _one_line(model: type[BaseModel], issue: Any, prefix: str, example: str | None) -> str:
    path, _ = _keys(model, issue["loc"])
    kind, value = issue["type"], issue["input"]
    # a value tells which of a list it is, where a number counted from 0 would not; and a single
    # one may stand for a list
    named = [str(part) for part in path if isinstance(part, str)]
    key = ".".join([*([prefix] if prefix else []), *named])
    if kind == "value_error":
        text = str(issue["ctx"]["error"])
        already_named = re.match(r"[\w.-]+: ", text)
        return text if already_named or not key else f"{key}: {text}"
    if kind == "extra_forbidden":
        siblings = _keys_of(model, path[:-1])
        hint = suggestion(str(path[-1]), siblings)
        return f"{key}: unknown key{hint}; allowed: {', '.join(siblings) or 'none'}"
    if kind == "missing":
        return f"{key}: missing; add it, {example or _shipped(key)}"
    if kind == "model_type":
        return f"{key}: must be a section of keys, not {value!r}"
    if kind == "invalid_key":
        return f"{'.'.join(map(str, path[:-1])) or 'the file'}: keys must be text, not {value!r}"
    message = MESSAGES.get(kind) or issue["msg"].removeprefix("Input ").replace("valid ", "")
    if kind == "literal_error" and isinstance(value, str):
        message += suggestion(value, re.findall(r"'([^']+)'", message))
    return f"{key}: {value!r} {message}"


def _shipped(key: str) -> str:
    """What a key is in the params.yaml that comes with semisup, or where else it may be found.

    In a checkout that file is the user's own, which lacks the key.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "project/shipped", package.parents[1]):  # of a wheel, of a checkout
        file = folder / "params.yaml"
        if not file.is_file():
            continue
        value = read_yaml(file)
        try:
            for part in key.split("."):
                value = value[part]
        except (KeyError, TypeError):
            continue
        if isinstance(value, dict):
            return f"as it stands in {file}"
        return f"as `{key.rpartition('.')[2]}: {json.dumps(value)}`"
    return "as an earlier commit has it"


def _keys(model: type[BaseModel] | None, path: Sequence[Any]) -> tuple[tuple[Any, ...], Any]:
    """A path without pydantic's names of types, such as list[float], and it up to the first one."""
    found: list[Any] = []
    until = None
    for part in path:
        if isinstance(part, int) or model is not None:
            found.append(part)
        elif until is None:
            until = tuple(found)
        if isinstance(part, str) and model is not None:
            field = model.model_fields.get(part)
            model = _model_in(field.annotation) if field else None
    return tuple(found), until or tuple(found)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """A section's model, or that of each in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _keys_of(model: type[BaseModel], path: Sequence[Any]) -> list[str]:
    for part in path:
        annotation = model.model_fields[str(part)].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return list(model.model_fields)
