"""Which weights of an encoder are shown as its first filters."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from semisup.report.figures import filters
from semisup.workflow import outputs

OWN_GREY = {"blocks.conv1.0.weight": (4, 1, 5, 5), "blocks.conv2.0.weight": (8, 4, 3, 3)}
OWN_COLOUR = {"blocks.conv1.0.weight": (4, 3, 5, 5), "blocks.conv2.0.weight": (8, 4, 3, 3)}
# its second layer is a convolution of single maps, whose name comes first
LITE = {
    "blocks.model.blocks.0.weight": (32, 1, 3, 3),
    "blocks.model.conv_stem.weight": (4, 3, 3, 3),
}
NO_IMAGE = {"blocks.model.mixer.weight": (6, 6), "blocks.model.dw.weight": (6, 1, 3, 3)}


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (OWN_GREY, (4, 1, 5, 5)),
        (OWN_COLOUR, (4, 3, 5, 5)),
        (LITE, (4, 3, 3, 3)),
        (NO_IMAGE, (0, 1, 1, 1)),
    ],
)
def test_those_that_see_the_image(
    shapes: dict[str, tuple[int, ...]],
    expected: tuple[int, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = outputs.folder_of("pretrain", "one")
    folder.mkdir(parents=True)
    weights = {name: np.ones(shape, np.float32) for name, shape in shapes.items()}
    save_file(weights, folder / outputs.ENCODER)
    assert filters.first_convolution("one").shape == expected
    filters.draw(["one"], tmp_path)
    assert (tmp_path / "filters.svg").stat().st_size > 1000
