"""The embedded letters: what an image depends on, and that the classes can be told apart."""

import numpy as np
import pytest
from numpy.typing import NDArray

from semisup.prepare import glyphs
from semisup.prepare.glyphs import CHUNK, Glyphs, alphabet, letter_atlas
from semisup.workflow.errors import UserError

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


def test_every_letter_comes_in_several_typefaces() -> None:
    atlas = letter_atlas(26, 32)
    assert len(atlas.count) == 26
    assert atlas.count.min() >= 2
    assert atlas.count.sum() == len(atlas.masks)
    assert atlas.masks.shape[1:] == (32, 32)
    for first, count in zip(atlas.first, atlas.count, strict=True):
        shapes = {mask.tobytes() for mask in atlas.masks[first : first + count]}
        assert len(shapes) >= 2
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(26), 40)
    masks = atlas.masks_of(rng, labels)
    assert (np.searchsorted(atlas.first, masks, side="right") - 1 == labels).all()
    assert len(set(masks[:40].tolist())) > 5


def test_a_thousand_classes_that_look_different() -> None:
    characters = alphabet(1000)
    assert len(set(characters)) == 1000
    assert characters.startswith("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    atlas = letter_atlas(1000, 32)
    masks = atlas.masks[atlas.first].reshape(1000, -1)
    assert len({mask.tobytes() for mask in masks}) == 1000
    norms = np.linalg.norm(masks, axis=1)
    assert norms.min() > 0
    likeness = (masks @ masks.T) / np.outer(norms, norms) - np.eye(1000)
    assert likeness.max() < glyphs.LOOKALIKE + 0.01


def test_a_smaller_alphabet_begins_a_larger_one() -> None:
    assert alphabet(3) == "ABC"
    assert alphabet(40)[:26] == alphabet(26)
    assert alphabet(40)[:30] == alphabet(30)


def test_more_classes_than_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    alphabet.cache_clear()
    monkeypatch.setattr(glyphs, "FONTS", ("cmtt10",))
    with pytest.raises(
        UserError, match=r"data\.glyphs\.classes: 900 is more than the \d+ distinct"
    ):
        alphabet(900)
