"""The embedded letters: what an image depends on, and that the classes can be told apart."""

import numpy as np
import pytest
from numpy.typing import NDArray

from semisup.prepare.known_sets.glyphs import CHUNK, Glyphs

Images = NDArray[np.uint8]


def draw(start: int, stop: int, stream: int = 0, **some: float) -> Images:
    settings = {"classes": 5, "image_size": 16, "clutter": 0.5, "seed": 0} | some
    made = Glyphs(**settings)  # type: ignore[arg-type]
    return np.concatenate([*made.chunks(start, stop, stream)])


def test_an_image_depends_on_its_number_alone() -> None:
    whole = draw(0, CHUNK + 40)
    assert whole.shape == (CHUNK + 40, 16, 16, 3)
    for start, stop in ((0, 1), (0, 10), (7, 8), (CHUNK - 3, CHUNK + 5), (CHUNK, CHUNK + 40)):
        assert np.array_equal(draw(start, stop), whole[start:stop])
    assert len({image.tobytes() for image in whole}) == len(whole)


@pytest.mark.parametrize("edit", [{"seed": 1}, {"stream": 1}, {"clutter": 0.6}, {"classes": 6}])
def test_other_settings_other_images(edit: dict[str, int]) -> None:
    one, other = draw(0, 30), draw(0, 30, **edit)
    assert not any(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("size", [16, 32, 96])
def test_sizes(size: int) -> None:
    images = draw(0, 6, image_size=size)
    assert images.shape == (6, size, size, 3)
    assert images.dtype == np.uint8
    assert (images.std(axis=(1, 2, 3)) > 5).all()  # none is empty


@pytest.mark.parametrize(("classes", "n"), [(2, 7), (26, 100), (26, 52)])
def test_labels_are_balanced(classes: int, n: int) -> None:
    made = Glyphs(classes, 16, 0.5, 0)
    labels = made.labels(0, n)
    counts = np.bincount(labels, minlength=classes)
    assert counts.max() - counts.min() <= 1
    assert made.labels(5, n).tolist() == labels[5:].tolist()


def test_letters_can_be_recognised_without_clutter() -> None:
    # the mean picture of a class is nearer to other pictures of that class than chance
    images = draw(0, 500, image_size=24, clutter=0.0).mean(axis=3)
    labels = Glyphs(5, 24, 0.0, 0).labels(0, 500)
    edges = np.abs(images - np.median(images, axis=(1, 2), keepdims=True)).reshape(500, -1)
    edges /= np.linalg.norm(edges, axis=1, keepdims=True)
    means = np.stack([edges[:250][labels[:250] == c].mean(axis=0) for c in range(5)])
    means -= means.mean(axis=0)
    accuracy = ((edges[250:] @ means.T).argmax(axis=1) == labels[250:]).mean()
    assert accuracy > 0.4


def test_clutter_adds_structure() -> None:
    plain, cluttered = (draw(0, 200, clutter=amount).astype(float) for amount in (0.0, 1.0))

    def roughness(images: NDArray[np.float64]) -> float:
        corner = images[:, :4, :4]  # where the letter itself seldom is
        return float(np.median(corner.std(axis=(1, 2))))

    assert roughness(cluttered) > 1.5 * roughness(plain)
