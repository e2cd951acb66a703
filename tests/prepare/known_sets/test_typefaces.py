"""The letters of the embedded data set: many typefaces, and no two that look alike."""

import numpy as np
import pytest

from semisup.prepare.known_sets import typefaces
from semisup.prepare.known_sets.typefaces import alphabet, letter_atlas
from semisup.workflow.errors import UserError


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
    assert likeness.max() < typefaces.LOOKALIKE + 0.01


def test_a_smaller_alphabet_begins_a_larger_one() -> None:
    assert alphabet(3) == "ABC"
    assert alphabet(40)[:26] == alphabet(26)
    assert alphabet(40)[:30] == alphabet(30)


def test_more_classes_than_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    alphabet.cache_clear()
    monkeypatch.setattr(typefaces, "FONTS", ("cmtt10",))
    with pytest.raises(
        UserError, match=r"data\.glyphs\.classes: 900 is more than the \d+ distinct"
    ):
        alphabet(900)
