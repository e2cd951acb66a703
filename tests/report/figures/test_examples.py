import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from semisup.report.figures.examples import draw, draw_one
from semisup.workflow import outputs


def pixels(rows: int, columns: int, size: int = 24, channels: int = 3) -> Any:
    shape = (rows, columns, size, size, channels)
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize(
    ("shape", "texts"),
    [
        ((4, 4), {"columns": list("abcd"), "captions": [["is right"] * 4] * 4}),
        ((3, 3), {"columns": [], "captions": []}),
        ((2, 8, 64), {"columns": ["long heading of a column"] * 8, "captions": []}),
        ((2, 3, 28, 1), {"columns": list("abc"), "captions": [["", "only this one"], []]}),
        ((1, 1, 128), {"columns": ["image"], "captions": [["right"]]}),
    ],
)
def test_pictures_of_any_shape_are_reproducible(
    tmp_path: Path, shape: tuple[int, ...], texts: dict[str, Any]
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        draw_one("gan", pixels(*shape), texts, tmp_path / name)
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert set(one) == {"pretext_gan.svg", "pretext_gan.png"}
    assert one == two


def test_small_images_keep_their_pixels(tmp_path: Path) -> None:
    checked = np.zeros((1, 1, 4, 4, 3), np.uint8)
    checked[0, 0, ::2, ::2], checked[0, 0, 1::2, 1::2] = (255, 0, 0), (255, 0, 0)
    draw_one("gan", checked, {"columns": [], "captions": []}, tmp_path)
    colours = np.asarray(Image.open(tmp_path / "pretext_gan.png").convert("RGB")).reshape(-1, 3)
    pure = colours[(colours[:, 1] == 0) & (colours[:, 2] == 0)]
    assert set(pure[:, 0].tolist()) == {0, 255}, "smoothing would blend red and black"


def test_few_columns_stand_in_groups_side_by_side(tmp_path: Path) -> None:
    draw_one("gan", pixels(8, 4), {"columns": [], "captions": []}, tmp_path)
    width, height = Image.open(tmp_path / "pretext_gan.png").size
    assert width > 1.5 * height


def test_tasks_without_a_picture_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for task in ("gan", "random"):
        outputs.folder_of("pretrain", task).mkdir(parents=True)
    folder = outputs.folder_of("pretrain", "gan")
    np.save(folder / outputs.EXAMPLES, pixels(2, 2))
    (folder / outputs.CAPTIONS).write_text(json.dumps({"columns": [], "captions": []}))
    draw(["gan", "random"], tmp_path)
    assert {p.name for p in tmp_path.glob("pretext_*")} == {"pretext_gan.svg", "pretext_gan.png"}
