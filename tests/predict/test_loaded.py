"""`semisup.load`: what it takes, gives and refuses."""

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from made_models import about, pictures, randomised
from PIL import Image

import semisup
from semisup.model.whole import Whole
from semisup.predict.loaded import CPU_BATCH, Answer, ImageClassifier, batch_size
from semisup.workflow.errors import UserError

ENLARGES = "torchvision/mobilenet_v3_small"  # four times


@pytest.fixture
def model(tmp_path: Path) -> ImageClassifier:
    randomised(Whole(about())).write(tmp_path)
    return semisup.load(tmp_path)


def png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(pictures(1)[0]).save(file, "PNG")
    return file.getvalue()


def test_answers_are_the_likeliest_classes(model: ImageClassifier) -> None:
    images = pictures(9)
    with torch.no_grad():
        shares = model(torch.from_numpy(images))
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(9))
    for row, answer in zip(shares.tolist(), model.predict(images, top=2), strict=True):
        ranked = sorted(zip(model.about.classes, row, strict=True), key=lambda pair: -pair[1])[:2]
        assert answer == Answer(*ranked[0], ranked[0][1] > 0.6, ranked)


@pytest.mark.parametrize(
    ("backbone", "layer", "side"), [("small", "conv3", 16), (ENLARGES, "features", 64)]
)
def test_batches_are_as_large_as_what_the_network_sees_allows(
    backbone: str, layer: str, side: int
) -> None:
    encoder = {"backbone": backbone, "sees": "pixels"}
    whole = Whole(about(encoder=encoder, layer=layer))
    assert batch_size(whole) == CPU_BATCH // side**2


def test_all_forms_of_an_image_are_alike(model: ImageClassifier, tmp_path: Path) -> None:
    picture = Image.fromarray(pictures(1, 40)[0])
    path = tmp_path / "one.png"
    picture.save(path)
    forms = [path, str(path), path.read_bytes(), picture, np.asarray(picture)]
    found = model.pixels(forms)
    assert found.shape == (5, 16, 16, 3)
    assert (found == found[0]).all()
    torch.testing.assert_close(model.embed(forms), model.features(found))
    of_one = np.asarray(picture.convert("L"))
    grey = model.pixels([of_one])
    assert (model.pixels([of_one[..., None]]) == grey).all()
    assert (grey[..., :1] == grey).all()


def test_one_image_or_many_are_answered_alike(
    model: ImageClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = pictures(20)
    whole = model.embed(images)
    monkeypatch.setattr("semisup.predict.loaded.CPU_BATCH", 0)
    torch.testing.assert_close(model.embed(images), whole)
    assert len(model.predict(torch.from_numpy(images))) == 20
    assert model.predict([]) == []


def test_a_part_of_what_is_trained_answers_alike_and_stays_as_it_is(
    model: ImageClassifier,
) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    wanted, features = model.predict(pictures(3)), model.embed(pictures(3))
    whole = torch.nn.Sequential(model).train()
    model.network.head.eval()
    assert model.predict(pictures(3)) == wanted
    torch.testing.assert_close(model.embed(pictures(3)), features, atol=0, rtol=0)
    with pytest.raises(ValueError, match="empty file"):
        model.predict([b""])
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, before[name], atol=0, rtol=0)
    assert whole.training
    assert model.network.encoder.training
    assert not model.network.head.training


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([b""], r"images\[0\]: empty file"),
        ([Image.new("RGB", (4, 4)), 3], r"images\[1\]: a int, should be a path, bytes"),
        (["gone.png"], r"images\[0\] \(gone.png\): cannot be read: No such file"),
        ("one.png", "images: one image, where a list of them is needed"),
        (pictures(2, 8), r"images: \(2, 8, 8, 3\) torch.uint8, should be uint8 of shape \(N, 16"),
        (pictures(2) / 255, r"images: an array \(2, 16, 16, 3\) of float64, should be of uint8"),
        (pictures(1)[0], "images: one image, where a list of them is needed"),
        (pictures(1)[0][..., :1], "images: one image, where a list of them is needed"),
        (np.zeros((3, 9, 9), np.uint8), r"images: an array \(3, 9, 9\) may be one image, colours"),
        (Path("one.png"), "images: one image, where a list of them is needed"),
        (np.array(3), "images: one image, where a list of them is needed"),
        (None, "images: a NoneType, where a list of them is needed"),
        ([np.zeros((0, 5), np.uint8)], r"images\[0\]: an array \(0, 5\) of uint8, should be"),
        ([Image.new("RGB", (0, 5))], r"images\[0\]: an image of 0 x 5 px, should have some"),
        ([np.zeros((4, 4, 2), np.uint8)], r"images\[0\]: an array \(4, 4, 2\) of uint8, should"),
        (
            np.empty((2, 16, 16, 3), object),
            r"images: an array \(2, .*\) of object, should be of uint8",
        ),
        (
            np.empty((2, 16, 16, 3), np.longdouble),
            r"images: an array \(2, .*\) of float128, should",
        ),
        ([np.full((4, 4), np.nan)], r"images\[0\]: an array \(4, 4\) of float64, should be"),
        ([*pictures(30), b""], r"images\[30\]: empty file"),
        ([png()[:60]], r"images\[0\]: "),
        (["a\0b"], r"images\[0\] .*null"),
    ],
)
@pytest.mark.parametrize("method", ["predict", "embed"])
def test_what_is_refused(
    model: ImageClassifier,
    method: str,
    images: Any,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("semisup.predict.loaded.CPU_BATCH", 0)  # several batches
    with pytest.raises(ValueError, match=message):
        getattr(model, method)(images)


def test_a_module_takes_pixels_alone(model: ImageClassifier) -> None:
    with pytest.raises(ValueError, match=r"images: \(1, 16, 16, 3\) torch.float32, should"):
        model(torch.zeros(1, 16, 16, 3))
    for other, kind in ((pictures(1), "ndarray"), ([pictures(1)[0]], "list")):
        with pytest.raises(ValueError, match=f"images: a {kind}, should be a tensor; `predict`"):
            model(other)
    with pytest.raises(ValueError, match="top: 0, should be 1 or more"):
        model.predict(pictures(1), top=0)


def test_any_list_will_do(model: ImageClassifier, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.png" for n in range(3)]
    for path, image in zip(paths, pictures(3), strict=True):
        Image.fromarray(image).save(path)
    wanted = model.predict(paths)
    assert model.predict(path for path in paths) == wanted
    assert model.predict(np.array([str(path) for path in paths])) == wanted
    grey = pictures(4)[..., 0]
    assert model.predict(grey) == model.predict([*grey])
    assert model.predict(np.flip(np.flip(pictures(3), 1), 1)) == model.predict(pictures(3))
    assert model.pixels([]).shape == (0, 16, 16, 3)
    assert model.embed([]).shape == (0, *model.embed(paths).shape[1:])


def test_prepared_images_are_taken_from_their_file_in_silence(
    model: ImageClassifier, tmp_path: Path
) -> None:
    images = pictures(3)
    np.save(tmp_path / "images.npy", images)
    with warnings.catch_warnings(action="error"):
        found = model.predict(np.load(tmp_path / "images.npy", mmap_mode="r"))
    assert found == model.predict(images)


def test_weights_are_float32_whatever_the_default_of_torch_is(
    model: ImageClassifier, tmp_path: Path
) -> None:
    expected = model.predict(pictures(3))
    torch.set_default_dtype(torch.float64)
    try:
        assert semisup.load(tmp_path).predict(pictures(3)) == expected
    finally:
        torch.set_default_dtype(torch.float32)


def test_without_a_threshold_nothing_is_called_sure() -> None:
    model = ImageClassifier(about(threshold=None))
    assert [one.sure for one in model.predict(pictures(2))] == [None, None]


def test_grey_models_see_brightness() -> None:
    model = ImageClassifier(about(channels=1))
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), (255, 0, 10)).save(buffer, "png")
    assert model.pixels([buffer.getvalue()]).unique().tolist() == [round(0.299 * 255 + 0.114 * 10)]
    assert len(model.pixels(np.zeros((3, 9, 9), np.uint8))) == 3  # colours first it can't be


def test_folders_that_hold_no_classifier(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"classifier\.json: not there"):
        semisup.load(tmp_path)
    about().write(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"x" * 20)
    with pytest.raises(UserError, match=r"model\.safetensors: damaged"):
        semisup.load(tmp_path)


@pytest.mark.parametrize("backbone", ["small", "nin"])
def test_fusing_changes_no_answer(backbone: str) -> None:
    spec = {"backbone": backbone, "sees": "pixels"}
    model = randomised(ImageClassifier(about(encoder=spec, layer="conv4")))
    images = torch.from_numpy(pictures(4))
    with torch.no_grad():
        before = model.logits(images)
        model.fuse()
        torch.testing.assert_close(model.logits(images), before, atol=1e-3, rtol=1e-4)
    left = [type(one).__name__ for one in model.modules()]
    assert "BatchNorm2d" not in left
    assert "Conv2d" in left


@pytest.mark.parametrize("device", ["foo", "mps"])
def test_devices_that_are_none_or_not_here(tmp_path: Path, device: str) -> None:
    if device == "mps" and torch.backends.mps.is_available():
        pytest.skip("this machine has one")
    randomised(ImageClassifier(about())).write(tmp_path)
    with pytest.raises(UserError, match=rf"^device '{device}': .+; name one that is here, such as"):
        semisup.load(tmp_path, device)
