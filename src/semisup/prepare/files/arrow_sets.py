"""Parquet and Arrow files with images in a column, read as if they were folders.

So Hugging Face's `datasets` come: a folder of `train-00000-of-00002.parquet` and the like, or what
`save_to_disk` writes. Row 7 of such a file becomes `train-00000-of-00002.parquet/cat_7.png`, if it
keeps the names of the files that it was made of, else `.../000007.png`.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa

from semisup.labels.arrow import ArrowFile, features, text_columns, text_rows
from semisup.prepare.files.member import SETS, Member
from semisup.prepare.junk import is_junk
from semisup.prepare.records import Unreadable
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named

NAMES = ("image", "img", "images", "picture", "photo", "jpg", "jpeg", "png", "bytes", "content")
CACHED = "cache-"  # what maps of `datasets` leave beside the data set: the same images
IMAGES = 32  # that are read at once


def is_set(path: Path) -> bool:
    """Whether it is such a file by its name, and has images.

    Raises:
        UserError: it cannot be read.
    """
    by_name = path.suffix.lower() in SETS and not path.name.startswith(CACHED)
    return by_name and bool(image_columns(ArrowFile(path, str(path)).schema))


def image_columns(schema: pa.Schema) -> list[str]:
    """Columns that hold images, the one that is read first."""
    about = features(schema)
    said = [name for name in schema.names if _is_image(about.get(name))]
    found = said or [field.name for field in schema if _may_hold(field)]
    return sorted(found, key=lambda name: NAMES.index(name) if name in NAMES else len(NAMES))


def _is_image(feature: Any) -> bool:
    return isinstance(feature, dict) and feature.get("_type") == "Image"


def _may_hold(field: pa.Field) -> bool:
    kind = field.type
    if pa.types.is_struct(kind):
        return bool(kind.get_field_index("bytes") >= 0)
    is_binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return is_binary and field.name.lower() in NAMES


def names(file: ArrowFile) -> list[str]:
    """What each row is called, as a file.

    Raises:
        UserError: it has no images.
    """
    column = _column(file)
    kind = file.schema.field(column).type
    paths: list[str | None] = []
    if pa.types.is_struct(kind) and kind.get_field_index("path") >= 0:
        for batch in file.batches([f"{column}.path"]):
            paths += batch[column].field("path").to_pylist()
    else:
        paths = [None] * sum(len(batch) for batch in file.batches([column], IMAGES))
    kept = [_relative(path or "") for path in paths]
    # where a place is such a file, files called as junk would be passed over
    if all(kept) and len({*kept}) == len(kept) and not any(map(_is_junk, kept)):
        return kept
    return [f"{number:06}.png" for number in range(len(paths))]


def _column(file: ArrowFile) -> str:
    """The one that holds the images."""
    if columns := image_columns(file.schema):
        return columns[0]
    raise UserError(
        f"{file.where}: no column holds images; there are {named(file.schema.names, 8)}: call the "
        "one of encoded images `image`, or name a file that has them"
    )


def _relative(path: str) -> str:
    """Without folders of another machine; "" where there is no name."""
    found = PurePosixPath(path.strip().replace("\\", "/"))
    outside = found.is_absolute() or ".." in found.parts or ":" in path
    return found.name if outside or not found.name else str(found)


def _is_junk(path: str) -> bool:
    return any(map(is_junk, path.split("/")))


def files(path: Path, where: str) -> Iterator[Member]:
    """Each image.

    Raises:
        UserError: it cannot be read, or has no images.
    """
    file = ArrowFile(path, where)
    column = _column(file)
    called = iter(names(file))
    for batch in file.batches([column], IMAGES):
        for value in batch[column]:
            content, told = _content(value)
            size = content.as_buffer().size if content is not None and content.is_valid else 0
            yield Member(next(called), None, size, partial(_load, content, told))


def _content(value: Any) -> tuple[Any, str]:
    """The image as bytes, not copied yet; what else the row says of it."""
    if not pa.types.is_struct(value.type):
        return value, ""
    if not value.is_valid:
        return None, ""
    return value["bytes"], str((value.get("path") or pa.scalar("")).as_py() or "")


def _load(content: Any, told: str) -> bytes:
    if content is None or not content.is_valid:
        rest = f", only the path {told}" if told else ""
        raise Unreadable(f"no image in this row{rest}")
    return bytes(content.as_py())


def table(file: ArrowFile, above: str) -> tuple[list[str], list[list[str]]]:
    """The columns besides the images as text; in that of the images, `above` and their names."""
    column = image_columns(file.schema)[0]
    others = [name for name in text_columns(file.schema) if name != column]
    rows = (row for batch in file.batches(others) for row in text_rows(batch, others, file))
    called = names(file)
    if not others:
        return [column], [[above + name] for name in called]
    return [column, *others], [[above + n, *row] for n, row in zip(called, rows, strict=True)]
