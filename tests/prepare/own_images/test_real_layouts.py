"""One real data set in the layouts that people have: the same classes, roles and pixels in all."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from made_files import candidates, compute, data, planned
from PIL import Image
from pyarrow import parquet

SHARED = Path(__file__).parents[4] / "shared" / "data"
CIFAR = SHARED / "cifar10" / "cifar10_jpeg.tar.gz"
TINY = SHARED / "tiny_imagenet" / "tiny_imagenet_200x190.tar.gz"
WORDS = {  # of Tiny-ImageNet
    "n01443537": "goldfish, Carassius auratus",
    "n01629819": "European fire salamander, Salamandra salamandra",
    "n01641577": "bullfrog, Rana catesbeiana",
    "n01644900": "tailed frog, bell toad, ribbed toad, tailed toad, Ascaphus trui",
}
CLASSES = ("airplane", "automobile", "bird")  # of CIFAR-10, sorted: so are the numbers of npz
PER_PART = {"train": 6, "val": 2, "test": 4}
ROLES = {"train": "train", "val": "validation", "test": "test"}

Images = dict[tuple[str, str, int], bytes]  # by part, class, number: JPEG
Found = list[tuple[str, str, bytes]]  # sorted: class, role, pixels


def first_files(
    archive: Path, wanted: Callable[[str], bool], count: int
) -> list[tuple[str, bytes]]:
    found = []
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and wanted(member.name):
                stream = tar.extractfile(member)
                assert stream
                found.append((member.name, stream.read()))
                if len(found) == count:
                    break
    return found


@pytest.fixture(scope="module")
def images() -> Images:
    if not CIFAR.exists():
        pytest.skip(f"{CIFAR} is not there")
    found: Images = {}
    for label in CLASSES:
        files = first_files(CIFAR, lambda name, of=f"/{label}/": of in name, sum(PER_PART.values()))
        parts = [part for part, count in PER_PART.items() for _ in range(count)]
        for number, (part, (_, content)) in enumerate(zip(parts, files, strict=True)):
            found[part, label, number] = content
    return found


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def as_folders(images: Images, root: Path) -> dict[str, Any]:
    for (part, label, number), content in images.items():
        write(root / f"cifar/{part}/{label}/{number}.jpg", content)
    return {"labelled": root / "cifar"}


def as_split_column(images: Images, root: Path) -> dict[str, Any]:
    lines = ["filename;category;split"]
    for (part, label, number), content in images.items():
        write(root / f"all/{label}_{number}.jpg", content)
        lines.append(f"{label}_{number}.JPG;{label};{part}")
    write(root / "table.csv", "\r\n".join(lines).encode("utf-16"))
    return {"labelled": root / "all", "labels": root / "table.csv"}


def as_one_hot(images: Images, root: Path) -> dict[str, Any]:
    lines = [",".join(["image_id", *CLASSES, "subset"])]
    for (part, label, number), content in images.items():
        write(root / f"part_{number % 2}/{label}{number}.jpg", content)
        hot = [str(float(name == label)) for name in CLASSES]
        lines.append(",".join([f"{label}{number}", *hot, part]))
    write(root / "table.csv", "\n".join(lines).encode())
    return {
        "labelled": [f"{root}/part_0", f"{root}/part_1"],
        "labels": root / "table.csv",
    }


def as_npz(images: Images, root: Path) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    for part in PER_PART:
        mine = [(label, content) for (of, label, _), content in images.items() if of == part]
        pixels = [np.asarray(Image.open(io.BytesIO(content)).convert("RGB")) for _, content in mine]
        arrays[f"{part}_images"] = np.stack(pixels)
        arrays[f"{part}_labels"] = np.array([[CLASSES.index(label)] for label, _ in mine])
    np.savez(root / "set.npz", **arrays)
    return {"labelled": root / "set.npz"}


def prepared(given: dict[str, Any], size: int) -> Found:
    rules = data(0.0).model_copy(update={"image_size": size})
    found = []
    for one in candidates(planned(**given), rules, compute()):
        assert isinstance(one, tuple), one
        label = one[0].label or ""
        name = CLASSES[int(label)] if label.isdigit() else label
        found.append((name, one[0].given_split, one[1].pixels.tobytes()))
    return sorted(found)


@pytest.mark.parametrize("layout", [as_folders, as_split_column, as_one_hot, as_npz])
def test_cifar_in_all_layouts(images: Images, tmp_path: Path, layout: Any) -> None:
    expected = sorted(
        (label, ROLES[part], np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).tobytes())
        for (part, label, _), content in images.items()
    )
    assert prepared(layout(images, tmp_path), 32) == expected


Tiny = list[tuple[str, str, bytes]]  # wnid, name of the file, JPEG


@pytest.fixture(scope="module")
def tiny() -> Tiny:
    """Of four classes, 10 images each."""
    if not TINY.exists():
        pytest.skip(f"{TINY} is not there")
    found: Tiny = []
    for wnid in WORDS:
        files = first_files(TINY, lambda name, of=f"/train/{wnid}/": of in name, 10)
        found += [(wnid, name.split("/")[-1], content) for name, content in files]
    return found


def as_tiny_imagenet(images: Tiny, root: Path) -> dict[str, Any]:
    """`train/WNID/images/FILE`, `val/images/FILE` with a table that names no columns, words.txt."""
    lines = []
    for number, (wnid, file, content) in enumerate(images):
        if number % 5:
            write(root / f"tiny/train/{wnid}/images/{file}", content)
        else:
            write(root / f"tiny/val/images/val_{number}.JPEG", content)
            lines.append(f"val_{number}.JPEG\t{wnid}\t0\t0\t62\t62\n")
    write(root / "tiny/val/val_annotations.txt", "".join(lines).encode())
    words = [f"{wnid}\t{name}\n" for wnid, name in {"n00001740": "entity", **WORDS}.items()]
    write(root / "tiny/words.txt", "".join(words).encode())
    return {
        "labelled": root / "tiny/train",
        "test": root / "tiny/val",
        "test_labels": root / "tiny/val/val_annotations.txt",
    }


def short(wnid: str) -> str:
    return WORDS[wnid].split(",")[0]


def as_folders_of_names(images: Tiny, root: Path) -> dict[str, Any]:
    for number, (wnid, file, content) in enumerate(images):
        write(root / f"{'train' if number % 5 else 'test'}/{short(wnid)}/{file}", content)
    return {"labelled": root}


def as_hugging_face(images: Tiny, root: Path) -> dict[str, Any]:
    names = sorted(map(short, WORDS))
    for part in ("train", "test"):
        mine = [one for n, one in enumerate(images) if bool(n % 5) == (part == "train")]
        columns = pa.table(
            {
                "image": [{"bytes": content, "path": file} for _, file, content in mine],
                "label": [names.index(short(wnid)) for wnid, _, _ in mine],
            }
        )
        about = {"label": {"names": names, "_type": "ClassLabel"}, "image": {"_type": "Image"}}
        meta = {"huggingface": json.dumps({"info": {"features": about}})}
        (root / "data").mkdir(exist_ok=True)
        path = root / f"data/{part}-00000-of-00001.parquet"
        parquet.write_table(columns.replace_schema_metadata(meta), path)
    return {"labelled": root}


@pytest.mark.parametrize("layout", [as_tiny_imagenet, as_folders_of_names, as_hugging_face])
def test_tiny_imagenet_in_all_layouts(tiny: Tiny, tmp_path: Path, layout: Any) -> None:
    expected = sorted(
        (
            short(wnid),
            "train" if number % 5 else "test",
            np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).tobytes(),
        )
        for number, (wnid, _, content) in enumerate(tiny)
    )
    assert len({label for label, _, _ in expected}) == len(WORDS)
    assert prepared(layout(tiny, tmp_path), 64) == expected
