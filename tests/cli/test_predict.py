"""`semisup predict`: which classifier, and what its status says."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from made_lock import lock_of, ran
from made_models import about, pictures, randomised
from PIL import Image

from semisup.cli.predict import Model, predict
from semisup.model.whole import Whole
from semisup.workflow.errors import UserError

MODEL = Model(None, None, None, None)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a classifier and an image, no project."""
    monkeypatch.chdir(tmp_path)
    Path("data/model").mkdir(parents=True)
    randomised(Whole(about())).write(Path("data/model"))
    Path("images").mkdir()
    Image.fromarray(pictures(1)[0]).save("images/one.png")
    return tmp_path


@pytest.fixture
def of_project(place: Path, values: dict[str, Any]) -> Path:
    """With a params.yaml too."""
    changed = values | {"pretext_tasks": ["rotation", "random"], "finetune_tasks": ["rotation"]}
    Path("params.yaml").write_text(yaml.safe_dump(changed))
    return place


def test_status_says_whether_all_could_be_read(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = place / "out.csv"
    assert predict(["images"], MODEL, out, 1) == 0
    Path("images/two.png").write_bytes(b"broken")
    assert predict(["images"], MODEL, out, 1) == 1
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith("can't be read: images/two.png: not an image of a known format")
    assert "out.csv: 1 image" in said.out


def test_many_broken_files_are_not_all_listed(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(13):
        Path(f"images/{number}.jpg").write_bytes(b"")
    assert predict(["images"], MODEL, place / "out.csv", 1) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 11
    assert lines[-1].startswith("and 3 more, in ")


@pytest.mark.usefixtures("of_project")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((Path("gone"), None, None, None), "gone/classifier.json: not there"),
        ((Path("data/model"), "head", "rotation", 4), "--model and --method: two classifiers"),
        ((Path("data/model"), None, None, 4), "--model and --budget: two classifiers"),
        ((None, None, "rotation", None), "--task and --budget: of which method"),
        ((None, None, None, 4), "--task and --budget: of which method"),
        ((None, "hed", "rotation", 4), r"--method hed: unknown \(did you mean 'head'\?\); allowed"),
        ((None, "head", None, 4), r"--task \(missing\): head needs one .*: rotation, random"),
        ((None, "finetune", "random", 4), "--task random: finetune needs one .*: rotation$"),
        ((None, "supervised", "rotation", 4), "--task rotation: supervised has no task"),
        ((None, "supervised", None, 3), "--budget 3: not in label_budgets"),
        ((None, "supervised", None, None), "data/supervised/64/results.csv: not there yet"),
    ],
)
def test_options_that_cannot_be(options: tuple[Any, ...], message: str) -> None:
    with pytest.raises(UserError, match=message):
        predict(["images"], Model(*options), Path("out.csv"), 1)
    assert not Path("out.csv").exists()


@pytest.mark.usefixtures("of_project")
def test_a_classifier_of_other_images_than_there_are_is_refused() -> None:
    before, now = {"data/prepared": "01"}, {"data/prepared": "02"}
    stages = {"prepare": ran(outs=now), "head@rotation-4": ran(deps=before)}
    Path("dvc.lock").write_text(lock_of(stages))
    with pytest.raises(UserError, match="head@rotation-4: ran on another data/prepared than"):
        predict(["images"], Model(None, "head", "rotation", 4), Path("out.csv"), 1)


@pytest.mark.usefixtures("of_project")
def test_a_rule_for_pixels_other_than_the_one_of_the_run_is_refused() -> None:
    stages = {"prepare": ran(settings={"data.max_megapixels": 5.0})}
    Path("dvc.lock").write_text(lock_of(stages))
    with pytest.raises(UserError, match="max_megapixels: 100"):
        predict(["images"], Model(None, "head", "rotation", 4), Path("out.csv"), 1)
