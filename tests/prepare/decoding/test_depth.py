"""Values of more than 8 bits: one range for all images of a data set."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_files import (
    MAKERS,
    candidates,
    compute,
    data,
    deep_png,
    encoded,
    pack,
    planned,
    settings,
)
from numpy.typing import NDArray
from PIL import Image
from tifffile import imwrite

from semisup.prepare.decoding.decode import decode
from semisup.prepare.decoding.pixels import fit_pixels
from semisup.prepare.own_images.plan import Plan
from semisup.workflow.notes import Notes

SIDE = 8


def packed(root: Path, range_: Any = "auto") -> tuple[NDArray[np.uint8], dict[str, Any], list[str]]:
    """Images in the order of their names, summary, warnings."""
    notes, out = Notes(), root.parent / "out"
    out.mkdir()
    rules = data().model_copy(update={"range": range_})
    found = candidates(Plan(settings(unlabelled=root), notes), rules, compute())
    pack(found, out, SIDE, "auto", 0.0, notes=notes)
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    return np.load(out / "images.npy")[..., 0], summary, notes.lines


def images(root: Path, kind: Any, ending: str, *values: NDArray[Any]) -> Path:
    root.mkdir()
    for number, one in enumerate(values):
        Image.fromarray(one.astype(kind)).save(root / f"{number:03}.{ending}")
    return root


def ramp(low: float, high: float) -> NDArray[np.float64]:
    return np.linspace(low, high, SIDE * SIDE).reshape(SIDE, SIDE)


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize(("bits", "white"), [(10, 1023), (12, 4095), (14, 16383), (16, 65535)])
def test_bits_in_16(tmp_path: Path, ending: str, bits: int, white: int) -> None:
    root = images(tmp_path / "a", np.uint16, ending, ramp(0, 2**bits - 1), ramp(0, 2 ** (bits - 1)))
    found, summary, warnings = packed(root)
    assert summary["ranges"] == {"uint16": [0, white]}
    assert (found[0].min(), found[0].max()) == (0, 255)
    assert found[1].max() in (127, 128), "half as bright as the other"
    assert any("images of uint16 values: 0 becomes black" in w for w in warnings) == (bits < 16)


@pytest.mark.parametrize(
    ("kind", "low", "high", "ends"),
    [
        (np.float32, 0, 1, [0, 1]),
        (np.float32, 0, 0.02, [0, 0.02]),
        (np.float32, 0, 1.02, [0, 1.02]),  # overshot when it was resized
        (np.float32, 0, 100, [0, 100]),
        (np.float32, 0, 255, [0, 255]),
        (np.float32, 0, 3000, [0, 4095]),
        (np.int32, 0, 255, [0, 255]),
        (np.int32, 0, 4000, [0, 4095]),
        (np.int32, -1000, 3000, [-1000, 3000]),
        (np.float32, -1, 1, [-1, 1]),
    ],
)
def test_ranges_of_floats_and_integers(
    tmp_path: Path, kind: Any, low: float, high: float, ends: list[float]
) -> None:
    root = images(tmp_path / "a", kind, "tif", ramp(low, high), ramp(low, high / 2))
    _, summary, _ = packed(root)
    assert summary["ranges"] == {np.dtype(kind).name: pytest.approx(ends)}


@pytest.mark.parametrize(
    ("kind", "low", "high", "ends"),
    [(np.int8, -111, 120, [-111, 120]), (np.uint32, 0, 2**32 - 1, [0, 2**32 - 1])],
)
def test_tiffs_whose_signs_pillow_takes_for_others(
    tmp_path: Path, kind: Any, low: int, high: int, ends: list[float]
) -> None:
    (tmp_path / "a").mkdir()
    imwrite(tmp_path / "a/1.tif", ramp(low, high).astype(kind))
    found, summary, _ = packed(tmp_path / "a")
    assert summary["ranges"] == {np.dtype(kind).name: ends}
    assert (np.diff(found[0].ravel().astype(int)) >= 0).all(), "as bright as the values are large"
    assert (found[0].min(), found[0].max()) == (0, 255)


@pytest.mark.parametrize(
    ("kind", "mark", "is_said", "white"),
    [
        (np.float32, -3.4028235e38, False, 100),
        (np.float32, -3.4028235e38, True, 100),
        (np.float32, 1e38, False, 100),
        (np.float32, -9999, False, 100),
        (np.float32, -500, True, 100),
        (np.float32, 5000, True, 100),
        (np.int16, -32768, False, 255),
        (np.int32, -77, True, 255),
        (np.uint16, 65535, True, 255),
    ],
)
def test_what_stands_for_no_data_is_black_and_the_rest_as_bright_as_without(
    tmp_path: Path, kind: Any, mark: float, is_said: bool, white: float
) -> None:
    (tmp_path / "a").mkdir()
    values = ramp(0, 100).astype(kind)
    values[0, 0] = mark
    tags = [(42113, "s", 0, f"{mark}\0", True)] if is_said else []
    for number in range(2):
        imwrite(tmp_path / f"a/{number}.tif", values, extratags=tags)
    found, summary, warnings = packed(tmp_path / "a")
    assert [*summary["ranges"].values()] == [[0, white]]
    assert found[0][0, 0] == 0
    assert found[0][-1, -1] == round(100 / white * 255)
    is_guess = mark in (-9999, -32768)
    assert any(f"{mark:g} is taken for no data; data.range" in w for w in warnings) == is_guess


def pgm(values: NDArray[Any], white: int, is_text: bool) -> bytes:
    """Which Pillow writes with 65535 as white only."""
    body = (
        " ".join(map(str, values.ravel())).encode() if is_text else values.astype(">u2").tobytes()
    )
    return b"P%d %d %d %d\n" % (2 if is_text else 5, SIDE, SIDE, white) + body


@pytest.mark.parametrize("is_text", [False, True])
@pytest.mark.parametrize("white", [4095, 65535])
@pytest.mark.parametrize("range_", ["auto", [0, 2000]])
def test_values_of_a_pgm_are_those_of_a_png(
    tmp_path: Path, white: int, is_text: bool, range_: Any
) -> None:
    values = ramp(0, 4095).astype(np.uint16)
    root = images(tmp_path / "a", np.uint16, "png", values)
    (root / "1.pgm").write_bytes(content := pgm(values, white, is_text))
    found, summary, _ = packed(root, range_)
    assert summary["ranges"] == ({"uint16": [0, 4095]} if range_ == "auto" else {"": range_})
    assert (found[0] == found[1]).all()
    ranges = {kind: (low, high) for kind, (low, high) in summary["ranges"].items()}
    with Image.open(io.BytesIO(content)) as image:  # as a caller of the model may give it
        assert (fit_pixels(image, SIDE, "crop", ranges)[..., 0] == found[0]).all()
    alone = decode(content, SIDE, "crop", 1)
    assert alone.max() == round(4095 / white * 255), "white as the file says"


@pytest.mark.parametrize("kind", [np.float32, np.int32, np.uint16])
def test_one_bright_pixel_darkens_no_image(tmp_path: Path, kind: Any) -> None:
    usual = [ramp(0, 255 - number) for number in range(40)]
    usual[7][0, 0] = 60000
    found, summary, _ = packed(images(tmp_path / "a", kind, "tif", *usual))
    assert summary["ranges"] == {np.dtype(kind).name: [0, 255]}
    assert found[7].mean() == pytest.approx(found[8].mean(), rel=0.1)


def test_images_of_few_values_keep_their_brightness(tmp_path: Path) -> None:
    dim, bright = np.full((SIDE, SIDE), 0.2), np.full((SIDE, SIDE), 0.9)
    found, _, _ = packed(images(tmp_path / "a", np.float32, "tif", dim, bright))
    assert [int(one.mean()) for one in found] == [51, 229]


def test_a_range_that_is_set(tmp_path: Path) -> None:
    root = images(tmp_path / "a", np.int32, "tif", ramp(-1000, 1000), ramp(0, 500))
    found, summary, warnings = packed(root, [0, 500])
    assert summary["ranges"] == {"": [0, 500]}
    assert found[0][0, 0] == 0
    assert found[0][-1, -1] == found[1][-1, -1] == 255
    assert warnings == []


def test_values_of_a_kind_that_no_looked_at_file_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semisup.prepare.decoding.depth.FILES", 2)
    root = images(tmp_path / "a", np.uint8, "png", *[ramp(0, n) for n in range(100, 120)])
    Image.fromarray(ramp(0, 900).astype(np.uint16)).save(root / "007.png")
    found = [*candidates(planned(unlabelled=root), data(), compute())]
    (refused,) = (item for item in found if not isinstance(item, tuple))
    assert refused.source == f"{root}/007.png"
    assert "set data.range before training, or save it with 8 bits a colour" in refused.reason


@pytest.mark.parametrize("kind", ["folder", "a.zip"])
def test_a_deep_class_after_one_of_8_bits(tmp_path: Path, kind: str) -> None:
    shallow = encoded(Image.fromarray(ramp(0, 200).astype(np.uint8)), "PNG")
    deep = encoded(Image.fromarray(ramp(0, 4095).astype(np.uint16)), "PNG")
    files = {f"{c}/{n:02}.png": one for c, one in (("a", shallow), ("b", deep)) for n in range(50)}
    place = MAKERS[kind](tmp_path / kind, files)
    found, summary, _ = packed(place)
    assert summary["ranges"] == {"uint16": [0, 4095]}
    assert len(found) == 100


def test_nearly_black_images_are_warned_of(tmp_path: Path) -> None:
    _, _, warnings = packed(
        images(tmp_path / "a", np.uint8, "png", *[ramp(0, 14 - n) for n in range(5)])
    )
    assert any(
        "100% of the images are nearly black (no value above 14 of 255)" in w for w in warnings
    )


def test_images_that_show_nothing_are_warned_of(tmp_path: Path) -> None:
    flat = [np.full((SIDE, SIDE), 100 + n) for n in range(5)]
    _, _, warnings = packed(images(tmp_path / "a", np.uint8, "png", *flat))
    assert any("100% of the images show nothing" in line for line in warnings)


def test_images_all_alike_are_warned_of(tmp_path: Path) -> None:
    _, _, warnings = packed(images(tmp_path / "a", np.uint8, "png", *[ramp(0, 200)] * 5))
    assert any("4 of 5 images equal another one" in line for line in warnings)


def test_pages_beyond_the_first_are_warned_of(tmp_path: Path) -> None:
    root = images(tmp_path / "a", np.uint8, "tif", ramp(0, 200))
    pages = [Image.fromarray(ramp(0, n).astype(np.uint8)) for n in (90, 190)]
    pages[0].save(root / "001.tif", save_all=True, append_images=pages[1:])
    _, _, warnings = packed(root)
    assert any("1 of 2 files looked at have several pages" in line for line in warnings)


@pytest.mark.parametrize(("bits", "white"), [(12, 4095), (16, 65535)])
def test_colours_of_16_bits(tmp_path: Path, bits: int, white: int) -> None:
    colours = np.stack([ramp(0, 2**bits - 1), ramp(0, 2**bits // 2), ramp(0, 100)], axis=2)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/1.png").write_bytes(deep_png(colours))
    _, summary, _ = packed(tmp_path / "a")
    assert summary["ranges"] == {"uint16": [0, white]}
    found = np.load(tmp_path / "out/images.npy")[0].astype(int)
    assert np.abs(found - colours.astype(int) / white * 255).max() <= 0.51


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(("soft", "is_told"), [(0.9, True), (0.2, False)])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_a_colour_that_is_called_transparency(
    tmp_path: Path, kind: Any, soft: float, is_told: bool, ending: str
) -> None:
    """As GDAL calls the fourth band of aerial images, which is infrared; soft edges are usual."""
    white = np.iinfo(kind).max
    values = np.full((SIDE, SIDE, 4), white, kind)
    values[: round(soft * SIDE), :, 3] = white // 3
    root = tmp_path / "a"
    root.mkdir()
    for number in range(3):
        file = root / f"{number}.{ending}"
        if ending == "tif":
            imwrite(file, values, photometric="rgb", extrasamples=["unassalpha"])
        elif kind == np.uint8:
            Image.fromarray(values).save(file)
        else:
            file.write_bytes(deep_png(values))
    _, _, warnings = packed(root)
    told = [line for line in warnings if "a last channel that the file calls" in line]
    assert [line[:30] for line in told] == ["3 of 3 files looked at have a "] * is_told


@pytest.mark.parametrize("kind", ["folder", "a.zip", "a.tar"])
@pytest.mark.parametrize("images", [np.uint16, np.uint8])
def test_masks_that_are_left_out_decide_nothing(tmp_path: Path, kind: str, images: Any) -> None:
    files = {}
    for number in range(10):
        image = ramp(0, 16383 if images == np.uint16 else 200) - number
        for folder, values in (
            ("images", image.clip(0).astype(images)),
            ("masks", (ramp(0, 1).round() * 65535).astype(np.uint16)),
        ):
            name = f"{'ab'[number % 2]}/{folder}/{number}.png"
            files[name] = encoded(Image.fromarray(values), "PNG")
    notes = Notes()
    plan = Plan(settings(labelled=MAKERS[kind](tmp_path / kind, files)), notes)
    found = [*candidates(plan, data(), compute())]
    assert sum(isinstance(item, tuple) for item in found) == 10, "masks are left out"
    expected = {"uint16": [0, 16383]} if images == np.uint16 else {}
    assert notes.known["ranges"] == expected
    assert any("images of uint16 values" in line for line in notes.lines) == bool(expected)
    assert plan.sources[0].counts.files == len(files), "each file is counted once"
