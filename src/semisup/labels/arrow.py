"""Columns of Parquet and Arrow files as text, as other tables have it.

Hugging Face's `datasets` keeps the names of classes in the schema; numbers are read as these.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from semisup.labels.text import ARROW, PARQUET, stand_in
from semisup.workflow.errors import UserError

NO_CLASS = -1  # of `datasets`
ROWS = 4096  # that are read at once


class ArrowFile:
    """A Parquet file, or one of Arrow's, on disk or in memory."""

    def __init__(self, file: Path | bytes, where: str) -> None:
        """Read the schema.

        Raises:
            UserError: it cannot be read, or is no such file; it says `where`.
        """
        self.where, self._file = where, file
        with self._said():
            reader = self._opened()
            is_parquet = hasattr(reader, "schema_arrow")
            self.schema: pa.Schema = reader.schema_arrow if is_parquet else reader.schema
        twice = [name for name in self.schema.names if self.schema.names.count(name) > 1]
        if twice:
            raise UserError(f"{where}: has two columns named {twice[0]!r}; rename one")

    def _opened(self) -> Any:
        """A reader from the first row on: a stream of Arrow can be gone through only once."""
        file = self._file
        start = file[:64] if isinstance(file, bytes) else _start(file)
        if what := stand_in(start):
            raise UserError(f"{self.where}: is {what}")
        if start.startswith(PARQUET):
            from pyarrow import parquet

            return parquet.ParquetFile(io.BytesIO(file) if isinstance(file, bytes) else str(file))
        source = pa.py_buffer(file) if isinstance(file, bytes) else pa.memory_map(str(file))
        return pa.ipc.open_file(source) if start.startswith(ARROW) else pa.ipc.open_stream(source)

    def batches(self, columns: Sequence[str], rows: int = ROWS) -> Iterator[pa.RecordBatch]:
        """Some columns of all rows, `rows` at once where the file has larger parts.

        `image.path` is the field `path` of the column `image`, which then comes alone, but for
        files of Arrow, where it costs nothing that others come too.
        """
        with self._said():
            for batch in self._unchecked(columns, rows):
                batch.validate(full=True)  # else pyarrow reads wherever a damaged file points
                yield batch

    def _unchecked(self, columns: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
        reader = self._opened()
        if hasattr(reader, "iter_batches"):
            yield from reader.iter_batches(batch_size=rows, columns=[*columns])
            return
        if hasattr(reader, "num_record_batches"):
            reader = map(reader.get_batch, range(reader.num_record_batches))
        whole = [*dict.fromkeys(name.partition(".")[0] for name in columns)]
        yield from (batch.select(whole) for batch in reader)

    @contextmanager
    def _said(self) -> Iterator[None]:
        """What pyarrow raises as one line."""
        try:
            yield
        except (pa.ArrowException, OSError) as error:
            what = " ".join(str(error).split()).rstrip(".")
            raise UserError(
                f"{self.where}: cannot be read as Parquet or Arrow ({what[:200]}); copy or "
                "download it again"
            ) from None


def _start(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(64)


def features(schema: pa.Schema) -> Mapping[str, Any]:
    """What `datasets` says of each column."""
    try:
        about = json.loads((schema.metadata or {})[b"huggingface"])
        found = about["info"]["features"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def class_columns(schema: pa.Schema) -> list[str]:
    """Columns of which `datasets` says that they are classes."""
    return [name for name, feature in features(schema).items() if _names(feature) is not None]


def lines(content: bytes, where: str) -> list[tuple[int, list[str]]]:
    """Number and cells of each line, the first of names, as of a CSV file.

    Raises:
        UserError: not readable.
    """
    file = ArrowFile(content, where)
    names = text_columns(file.schema)
    rows = (row for batch in file.batches(names) for row in text_rows(batch, names, file))
    return [*enumerate([names, *rows], 1)]


def text_columns(schema: pa.Schema) -> list[str]:
    """Columns that can be shown as text: no images."""
    return [field.name for field in schema if _is_text(field.type)]


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind) or pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _is_text(kind.value_type)
    return not (
        pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    )


def text_rows(
    batch: pa.RecordBatch, columns: Sequence[str], file: ArrowFile
) -> Iterator[list[str]]:
    """The cells of each row."""
    about = features(file.schema)
    cells = [
        [_text(value, _names(about.get(name)), file.where) for value in batch[name].to_pylist()]
        for name in columns
    ]
    for row in zip(*cells, strict=True):
        yield [*row]


def _names(feature: Any) -> list[str] | None:
    """Of the classes that a column, or each of its lists, holds the numbers of."""
    if not isinstance(feature, dict):
        return None
    names = feature.get("names")
    if feature.get("_type") == "ClassLabel" and isinstance(names, list):
        return [str(name) for name in names]
    return _names(feature.get("feature"))


def _text(value: Any, names: list[str] | None, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(_text(each, names, where) for each in value)
    if isinstance(value, bool):
        return str(int(value))
    if names is None or not isinstance(value, int) or value == NO_CLASS:
        return str(value)
    if not 0 <= value < len(names):
        raise UserError(
            f"{where}: {value} is the number of a class, of which the file names {len(names)}, "
            "from 0 on; save it again"
        )
    return names[value]
