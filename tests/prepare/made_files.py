"""Image files, folders and archives that the tests of `prepare` make."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections import deque
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import yaml
from numpy.typing import NDArray
from PIL import Image

from semisup.params import data_sections, sections
from semisup.prepare import packing
from semisup.prepare.decoding.decoders import Decoder
from semisup.prepare.files.places import locate
from semisup.prepare.own_images import folder
from semisup.prepare.own_images.plan import Plan
from semisup.prepare.own_images.plan_checks import check_rows
from semisup.prepare.records import Candidates, Outcome, Record, Rejected
from semisup.prepare.unfinished import Unfinished
from semisup.workflow.notes import Notes
from semisup.workflow.scratch import Scratch

REPOSITORY = Path(__file__).parents[2]
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def noise(width: int = 64, height: int = 64) -> Image.Image:
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def quadrants(size: int = 8) -> Image.Image:
    """Red, green / blue, white: shows every turn and mirroring."""
    pixels = np.array([[RED, GREEN], [BLUE, WHITE]], np.uint8)
    return Image.fromarray(pixels.repeat(size // 2, 0).repeat(size // 2, 1))


def png(grey: int) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (8, 8), grey).save(stream, "PNG")
    return stream.getvalue()


def deep_png(values: NDArray[Any]) -> bytes:
    """Of 16 bits a channel: (H, W, C), C from 2 to 4, which Pillow cannot write."""
    height, width, channels = values.shape
    kind = {2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def fill(root: Path, *names: str) -> Path:
    """Write one image of another grey under each name."""
    for grey, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(png(grey))
    return root


def make_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as stream:
        for name, content in files.items():
            stream.writestr(name, content)
    return path


def make_tar(path: Path, files: dict[str, bytes]) -> Path:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz" if path.name.endswith("gz") else "w") as stream:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            stream.addfile(info, io.BytesIO(content))
    is_zstd = path.name.endswith("zst")
    with pa.output_stream(str(path), compression="zstd" if is_zstd else None) as out:
        out.write(made.getvalue())
    return path


MAKERS: dict[str, Callable[[Path, dict[str, bytes]], Path]] = {
    "folder": make_folder,
    "a.zip": make_zip,
    "A.ZIP": make_zip,
    "a.tar": make_tar,
    "a.tar.gz": make_tar,
    "a.tgz": make_tar,
    "a.tar.zst": make_tar,
}


def settings(**given: Any) -> data_sections.Folder:
    """The project's own, with other places and rules."""
    own = yaml.safe_load((REPOSITORY / "params.yaml").read_text("utf-8"))["data"]["folder"]
    places = {k: str(v) if isinstance(v, Path) else v for k, v in given.items() if k in own}
    columns = {key: given[key] for key in own["columns"] if key in given}
    assert given.keys() <= own.keys() | own["columns"].keys()
    return data_sections.Folder.model_validate(own | places | {"columns": own["columns"] | columns})


def planned(**given: Any) -> Plan:
    return Plan(settings(**given), Notes())


def data(max_rejected_fraction: float = 1.0) -> data_sections.Data:
    return data_sections.Data.model_construct(
        image_size=8,
        fit="crop",
        range="auto",
        max_megapixels=1.0,
        max_rejected_fraction=max_rejected_fraction,
    )


def compute(workers: int = 1, memory_gib: float = 4.0) -> sections.Compute:
    return sections.Compute.model_construct(threads=workers, memory_gib=memory_gib)


def candidates(
    plan: Plan,
    rules: data_sections.Data,
    resources: sections.Compute,
    done: deque[Outcome] | None = None,
) -> Candidates:
    """With a decoder of their own."""
    decoder = Decoder(rules.image_size, rules.fit, rules.max_megapixels, resources)
    with closing(decoder):
        yield from folder.candidates(plan, rules, decoder, done or deque())


def pack(
    found: Candidates,
    target: Path,
    image_size: int,
    color: str,
    max_rejected_fraction: float,
    notes: Notes | None = None,
) -> dict[str, object]:
    """What nothing interrupts."""
    with TemporaryDirectory(dir=target.parent) as scratch:
        begun = Unfinished(Scratch(Path(scratch), "key", 60.0), image_size)
        rules = (color, max_rejected_fraction)
        return packing.pack(found, target, *rules, begun, notes or Notes())


def read(workers: int = 1, **given: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """{source: (label, split)} of the images and {source: reason} of the rejected files."""
    images: dict[str, Any] = {}
    rejected: dict[str, str] = {}
    for found in candidates(planned(**given), data(), compute(workers)):
        if isinstance(found, Rejected):
            rejected[found.source] = found.reason
        else:
            assert found[0].source not in images
            images[found[0].source] = (found[0].label, found[0].given_split)
    return images, rejected


def records(
    max_rejected_fraction: float = 1.0, **given: Any
) -> tuple[dict[str, Record], list[Rejected], list[str]]:
    """By the last two parts of their path; the rejected files; the warnings."""
    notes = Notes()
    images: dict[str, Record] = {}
    rejected = []
    rules = data(max_rejected_fraction)
    plan = Plan(settings(**given), notes)
    check_rows(plan, rules.max_rejected_fraction)
    for found in candidates(plan, rules, compute()):
        if isinstance(found, Rejected):
            rejected.append(found)
        else:
            images[found[0].source] = found[0]
    return images, rejected, notes.lines


def listed(path: Path | str) -> list[tuple[str, bytes | str]]:
    """(relative path, content) or (source, reason) of every entry."""
    found: list[tuple[str, bytes | str]] = []
    for entry in locate(str(path), "data.folder.unlabelled").entries():
        if isinstance(entry, Rejected):
            found.append((entry.source, entry.reason))
            continue
        content = entry.load()
        found.append(
            (entry.path, Path(content).read_bytes() if isinstance(content, str) else content)
        )
    return found


Found = dict[str, tuple[str | None, str]]  # by path below the place: class and role


def understood(root: Path, **given: Any) -> tuple[Found, list[str]]:
    """Of images below a place: class and role by path; and the warnings."""
    images, _, warnings = records(labelled=root, **given)
    return {
        source.removeprefix(f"{root}/"): (record.label, record.given_split)
        for source, record in images.items()
    }, warnings


def said(warnings: list[str], words: str) -> bool:
    """Whether one of them has these words."""
    return any(words in line for line in warnings)


def with_table(tmp_path: Path, content: str, *files: str) -> dict[str, Any]:
    """Images in the folder `a`, and a setting for a table of them."""
    fill(tmp_path / "a", *files)
    (tmp_path / "labels.csv").write_text(content)
    return {"labels": tmp_path / "labels.csv"}
