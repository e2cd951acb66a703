"""Parquet and Arrow files whose bytes are damaged, but not their structure."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from semisup.labels.arrow import ArrowFile
from semisup.workflow.errors import UserError

WORDS = ["käfer", "dog", "catfish"]
TABLE = pa.table({"image": [{"bytes": word.encode()} for word in WORDS], "label": WORDS})


def arrow(path: Path) -> Path:
    with pa.OSFile(str(path), "wb") as stream, pa.ipc.new_stream(stream, TABLE.schema) as writer:
        writer.write_table(TABLE)
    return path


def read(path: Path) -> list[object]:
    return [batch.to_pylist() for batch in ArrowFile(path, "here").batches(["image", "label"])]


@pytest.mark.parametrize("value", [0x7FFFFF00, -1000])
@pytest.mark.parametrize("which", [0, 1])
def test_places_beyond_the_file(tmp_path: Path, which: int, value: int) -> None:
    """pyarrow would go there: the process dies, or gets what others left in its memory."""
    path = arrow(tmp_path / "a.arrow")
    content = bytearray(path.read_bytes())
    starts = b"".join(at.to_bytes(4, "little") for at in (0, 6, 9, 16))
    at = content.index(starts) + 4
    if which:  # of the second column
        at = content.index(starts, at) + 4
    content[at : at + 4] = value.to_bytes(4, "little", signed=True)
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"here: cannot be read as Parquet or Arrow \("):
        read(path)


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_words_that_are_not_utf8(tmp_path: Path, ending: str) -> None:
    path = arrow(tmp_path / "a.arrow")
    if ending == "parquet":
        parquet.write_table(TABLE, path)
    path.write_bytes(path.read_bytes().replace("ä".encode(), b"\xff\xff"))
    with pytest.raises(UserError, match="Invalid UTF8"):
        read(path)
