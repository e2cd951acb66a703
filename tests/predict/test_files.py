"""Tables of classes: every file once, its pixels those of `prepare`."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_files import candidates, compute, encoded, make_tar, make_zip, noise, pack, planned, png
from made_models import about, randomised
from PIL import Image

from semisup.compute.device import Runtime
from semisup.params.loading import Params
from semisup.predict import files
from semisup.predict.loaded import ImageClassifier
from semisup.predict.places import jobs
from semisup.prepare.decoding.decoders import Decoder
from semisup.workflow.errors import UserError

Make = Callable[..., Params]
ODD = {
    "a.jpg": encoded(noise(90, 61), "JPEG"),
    "b/large.jpg": encoded(noise(700, 300), "JPEG"),
    "b/clear.png": encoded(noise().convert("RGBA"), "PNG"),
    "b/deep.tif": encoded(Image.fromarray(np.arange(900, dtype=np.uint16).reshape(30, 30)), "TIFF"),
    "broken.jpg": b"\xff\xd8\xff\xe0 no more",
    "c.gif": encoded(noise(33, 50).convert("P"), "GIF"),
    "notes.txt": b"not an image",
}


@pytest.fixture
def model() -> ImageClassifier:
    return randomised(ImageClassifier(about()))


def unpacked(folder: Path) -> Path:
    for name, content in ODD.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def seen(path: Path, said: ImageClassifier) -> np.ndarray:
    """Pixels as the network gets them."""
    about = said.about
    decoder = Decoder(about.image_size, about.fit, about.max_megapixels, compute())
    found = files._batches(decoder.decoded(jobs([str(path)]), about.ranges), said)
    return np.concatenate([batch.pixels for batch in found])


@pytest.mark.parametrize(("channels", "color"), [(3, "rgb"), (1, "grey")])
@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_pixels_are_those_of_prepare(
    tmp_path: Path, make_params: Make, channels: int, color: str, fit: str
) -> None:
    folder = unpacked(tmp_path / "images")
    data = make_params({"data.image_size": 16, "data.fit": fit}).data
    plan = planned(unlabelled=folder)
    pack(candidates(plan, data, compute()), tmp_path, 16, color, 0.5)
    ranges = plan.notes.known["ranges"]
    assert ranges == {"uint16": [0.0, 1023.0]}
    said = ImageClassifier(about(channels=channels, fit=fit, ranges=ranges))
    np.testing.assert_array_equal(seen(folder, said), np.load(tmp_path / "images.npy"))


def table(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(path.read_text("utf-8").splitlines())]


def test_masks_beside_images_are_told_of(
    tmp_path: Path, model: ImageClassifier, runtime: Runtime
) -> None:
    """`prepare` leaves them out."""
    (tmp_path / "new").mkdir()
    for number, name in enumerate(["1.png", "1_mask.png", "2.png", "2_mask.png", "lone_mask.png"]):
        (tmp_path / "new" / name).write_bytes(png(number))
    out = tmp_path / "out.csv"
    counts = files.predict(model, [str(tmp_path / "new")], out, 2, compute(), runtime)
    said = files.summary(counts, model, out)
    assert len(table(out)) == 5
    assert "\n2 of these are by their names masks of the images beside them, such as " in said
    assert f"{tmp_path}/new/1_mask.png: their" in said


def test_every_file_has_a_row(tmp_path: Path, model: ImageClassifier, runtime: Runtime) -> None:
    folder = unpacked(tmp_path / "images")
    places = [folder, make_zip(tmp_path / "a.zip", ODD), make_tar(tmp_path / "b.tar", ODD)]
    given = [*map(str, places), str(folder / "a.jpg"), f"{places[1]}/b"]
    out = tmp_path / "out.csv"
    counts = files.predict(model, given, out, 5, compute(), runtime)
    rows = table(out)
    named = [f"{place}/{name}" for place in places for name in ODD]
    named += [str(folder / "a.jpg"), *(f"{places[1]}/b/{name}" for name in ("clear", "deep"))]
    assert {row["path"].removesuffix(".png").removesuffix(".tif") for row in rows} >= {
        name.removesuffix(".png").removesuffix(".tif") for name in named
    }
    assert len(rows) == 3 * len(ODD) + 1 + 3
    assert list(rows[0])[:4] == ["path", "class", "probability", "note"]
    assert "class_4" not in rows[0], "there are only three classes"
    broken = [row for row in rows if row["note"].startswith("unreadable: ")]
    assert {Path(row["path"]).name for row in broken} == {"broken.jpg", "notes.txt"}
    assert all(row["class"] == row["probability"] == row["class_2"] == "" for row in broken)
    assert (counts.failed, counts.answered) == (6, len(rows) - 6)
    good = [row for row in rows if row["class"]]
    answers = model.predict([*(folder / name for name in ODD if name[-4:] in (".gif", ".tif"))])
    for name, answer in zip(("deep.tif", "c.gif"), answers, strict=True):
        for row in (row for row in good if row["path"].endswith(name)):
            assert row["class"] == answer.label
            assert float(row["probability"]) == pytest.approx(answer.probability, abs=1e-5)
            assert (row["note"] == "unsure") == (not answer.sure)
            assert [row["class_2"], row["class_3"]] == [name for name, _ in answer.top[1:]]
    assert counts.unsure == sum(row["note"] == "unsure" for row in good)
    assert "6 files that can't be read" in files.summary(counts, model, out)


def test_a_classifier_without_a_threshold(tmp_path: Path, runtime: Runtime) -> None:
    """As one has that no validation image was left for: no answer is sure, and none unsure."""
    model = randomised(ImageClassifier(about(threshold=None)))
    (tmp_path / "a.png").write_bytes(png(0))
    out = tmp_path / "out.csv"
    counts = files.predict(model, [str(tmp_path / "a.png")], out, 1, compute(), runtime)
    assert files.summary(counts, model, out).startswith(f"{out}: 1 image; 0 files that can't be")
    assert [row["note"] for row in table(out)] == [""]


def test_rows_keep_the_order_of_files(
    tmp_path: Path, model: ImageClassifier, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = unpacked(tmp_path / "images"), tmp_path / "out.csv"
    whole = files.predict(model, [str(folder)], out, 1, compute(), runtime)
    before = table(out)
    monkeypatch.setattr(files, "batch_size", lambda _: 2)
    monkeypatch.setattr(files, "MOST_FILES", 2)
    assert files.predict(model, [str(folder)], out, 1, compute(), runtime) == whole
    after = table(out)
    assert [row["path"] for row in after] == [row["path"] for row in before]
    assert [row["class"] for row in after] == [row["class"] for row in before]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("gone", "PATHS: gone: no such file or folder; name images, folders"),
        ("empty", "PATHS: empty: no file in there"),
        ("two.zip/in/one.zip", "PATHS: two.zip/in/one.zip: an archive inside another one; unpack"),
        ("cut.zip", r"PATHS: cut.zip: the archive is truncated or damaged"),
        ("a.jpg/inner", "PATHS: a.jpg/inner: no such file or folder"),
    ],
)
def test_what_is_refused_leaves_no_table(
    tmp_path: Path,
    model: ImageClassifier,
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
    given: str,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("a.jpg").write_bytes(ODD["a.jpg"])
    Path("cut.zip").write_bytes(make_zip(tmp_path / "whole.zip", ODD).read_bytes()[:200])
    make_zip(tmp_path / "two.zip", {"in/one.zip": Path("cut.zip").read_bytes()})
    before = "path,class,probability,note\nof before\n"
    Path("out.csv").write_text(before)
    with pytest.raises(UserError, match=f"^{message}"):
        files.predict(
            model, ["a.jpg", given][given == "empty" :], Path("out.csv"), 1, compute(), runtime
        )
    assert Path("out.csv").read_text() == before
    assert not [*tmp_path.glob(".*")]


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (
            "no/such/folder.csv",
            r"--out no/such/folder\.csv: there is no folder no/such; make it or name another",
        ),
        (f"{__file__}/o.csv", r"--out .*/o\.csv: can't be written: Not a directory"),
        (".", r"--out \.: a folder; name a \.csv file"),
        ("/dev/null", "--out /dev/null: a device or the like; name a .csv file"),
        ("-", "--out -: a device or the like; name a .csv file"),
        (__file__, "--out .*: one of PATHS; name a .csv file"),
    ],
)
def test_a_table_that_cannot_be_written(
    model: ImageClassifier, runtime: Runtime, out: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        files.predict(model, [__file__], Path(out), 1, compute(), runtime)


@pytest.mark.parametrize("name", ["a.png", "classifier.json", "labels.csv"])
def test_a_table_takes_the_place_of_no_other_file(
    tmp_path: Path, model: ImageClassifier, runtime: Runtime, name: str
) -> None:
    path, content = tmp_path / name, png(0) if name == "a.png" else b"path,label\n"
    path.write_bytes(content)
    with pytest.raises(UserError, match=f"{name}: is there, and no table of predictions; move"):
        files.predict(model, [str(tmp_path)], path, 1, compute(), runtime)
    assert path.read_bytes() == content


def test_a_table_takes_the_place_of_an_empty_file(
    tmp_path: Path, model: ImageClassifier, runtime: Runtime
) -> None:
    (tmp_path / "a.png").write_bytes(png(0))
    (tmp_path / "o.csv").touch()  # as mktemp makes one
    assert (
        files.predict(
            model, [str(tmp_path / "a.png")], tmp_path / "o.csv", 1, compute(), runtime
        ).answered
        == 1
    )


def test_a_table_among_the_images_is_passed_over_the_next_time(
    tmp_path: Path, model: ImageClassifier, runtime: Runtime
) -> None:
    folder, link = tmp_path / "in", tmp_path / "link.csv"
    folder.mkdir()
    (folder / "a.png").write_bytes(png(0))
    link.symlink_to(folder / "out.csv")
    for out in (folder / "out.csv", folder / "out.csv", link):
        counts = files.predict(model, [str(folder)], out, 1, compute(), runtime)
        assert (counts.answered, counts.failed) == (1, 0)
    assert link.is_symlink()


def test_a_file_of_an_archive(tmp_path: Path, model: ImageClassifier, runtime: Runtime) -> None:
    place = make_zip(tmp_path / "a.zip", {f"in/{n}.png": png(n) for n in range(3)})
    out = tmp_path / "out.csv"
    counts = files.predict(model, [f"{place}/in/1.png"], out, 1, compute(), runtime)
    assert counts.answered == 1
    assert out.read_text().splitlines()[1].startswith(f"{place}/in/1.png,")


def test_a_name_with_a_carriage_return(
    tmp_path: Path, model: ImageClassifier, runtime: Runtime
) -> None:
    (tmp_path / "a\rb.png").write_bytes(png(0))
    out = tmp_path / "out" / "o.csv"
    out.parent.mkdir()
    files.predict(model, [str(tmp_path / "a\rb.png")], out, 1, compute(), runtime)
    with out.open(encoding="utf-8", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["path", str(tmp_path / "a\rb.png")]


@pytest.mark.parametrize("given", ["", " "])
def test_an_empty_path_is_not_this_folder(
    tmp_path: Path, model: ImageClassifier, runtime: Runtime, given: str
) -> None:
    with pytest.raises(UserError, match="PATHS: one of them is empty"):
        files.predict(model, [given], tmp_path / "o.csv", 1, compute(), runtime)


def test_a_table_without_images(tmp_path: Path, model: ImageClassifier, runtime: Runtime) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"x": [1], "label": ["cat"]}).to_parquet(path)
    with pytest.raises(UserError, match="no column holds images; there are x, label"):
        files.predict(model, [str(path)], tmp_path / "o.csv", 1, compute(), runtime)
