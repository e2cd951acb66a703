"""Every pretext task through its own stages, on images of another colour and size than the usual.

The stages run as scripts, without DVC, which other tests are about.
"""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from projects import CHECKOUT, STAGES, Project, command_of, new_project, stages_by

TRAINED = {
    task: section
    for task, section in yaml.safe_load((CHECKOUT / "params.yaml").read_text("utf-8"))[
        "pretrain"
    ].items()
    if isinstance(section, dict) and "batch_images" in section
}
# colour and size, 80 px with the stem of large images; and where fine-tuning starts: without labels
# that spread, fewer stages come before it
SIZES = {"grey, 28 px": ("grey", 28, "head"), "RGB, 80 px": ("rgb", 80, "spread")}
TO_SPREAD = ("neighbours", "spread", "choose")
ONE_WORKER_EACH = [pytest.param(s, id=s, marks=pytest.mark.xdist_group(s)) for s in SIZES]


def commands(task: str) -> dict[str, list[str]]:
    """By stage: what the task's part of the workflow runs."""
    return {stage: command_of(stage, task, "2") for stage in stages_by("task")}


def filled_in(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def run(project: Project, lines: list[list[str]]) -> list[dict[str, Any]]:
    """Run scripts in one process: what each read, imported and ended with."""
    out, todo = project.root / "seen.json", project.root / "commands.json"
    todo.write_text(json.dumps(lines))
    observer = Path(__file__).with_name("observe_stages.py")
    done = project.python(str(observer), out.name, todo.name)
    assert done.returncode == 0, done.stderr
    seen: list[dict[str, Any]] = json.loads(out.read_text())
    return [one | {"stderr": done.stderr} for one in seen]


@pytest.fixture(scope="module", params=ONE_WORKER_EACH)
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    color, size, start = SIZES[request.param]
    project = new_project(tmp_path_factory.mktemp("tasks") / "project")
    letters = {"classes": 3, "train_images": 80, "test_images": 12, "clutter": 0.3}
    project.change(
        {
            "data.color": color,
            "data.image_size": size,
            "data.glyphs": letters,
            "label_budgets": [2],
            "draws": 1,
            "finetune.start": start,
            "pretext_tasks": [*TRAINED, "imagenet", "pixels"],
            "finetune_tasks": [*TRAINED, "imagenet", "pixels"],
            **{f"pretrain.{task}.batch_images": 16 for task in TRAINED},
        }
    )
    (prepare, split) = run(project, [["stages/prepare.py"], ["stages/split.py"]])
    assert prepare["status"] == split["status"] == 0, split["stderr"]
    return project


@pytest.mark.parametrize("task", TRAINED)
def test_task_trains_and_is_used(prepared: Project, task: str) -> None:
    start = yaml.safe_load((prepared.root / "params.yaml").read_text("utf-8"))["finetune"]["start"]
    left_out = TO_SPREAD if start == "head" else ()
    of_stage = {name: line for name, line in commands(task).items() if name not in left_out}
    seen = dict(zip(of_stage, run(prepared, [*of_stage.values()]), strict=True))
    images = np.load(prepared.root / "data/prepared/images.npy", mmap_mode="r")
    if task == "colorization" and images.shape[3] == 1:
        assert seen["pretrain"]["status"] == 2
        first = seen["pretrain"]["stderr"].splitlines()[0]
        assert re.match(r"error: .*colorization needs images in colour", first)
        return
    assert [one["status"] for one in seen.values()] == [0] * len(seen), seen["pretrain"]["stderr"]
    assert_all_is_declared(seen, task)
    folder = prepared.root / "data/pretrain" / task
    facts = json.loads((folder / "pretext.json").read_text())
    assert all(np.isfinite(value) for value in facts["figures"].values())
    # as many images through the encoder as rotation's four for each of the pool, but for rounding
    assert facts["encoder_images"] == pytest.approx(4 * facts["pool_images"], rel=0.35)
    examples = np.load(folder / "examples.npy")
    assert examples.dtype == np.uint8
    assert examples.shape[2:] == (images.shape[1], images.shape[1], images.shape[3])
    assert (prepared.root / f"data/selftrain/{task}-2/results.csv").read_text().count("\n") == 2


LARGE = pytest.param(
    "RGB, 80 px", id="RGB, 80 px", marks=[pytest.mark.xdist_group("RGB, 80 px"), pytest.mark.slow]
)


@pytest.mark.parametrize("prepared", [ONE_WORKER_EACH[0], LARGE], indirect=True)
def test_a_row_that_others_trained(prepared: Project) -> None:
    of_stage = commands("imagenet")
    seen = dict(zip(of_stage, run(prepared, [*of_stage.values()]), strict=True))
    assert [one["status"] for one in seen.values()] == [0] * len(seen), seen["pretrain"]["stderr"]
    assert_all_is_declared(seen, "imagenet")
    facts = json.loads((prepared.root / "data/pretrain/imagenet/pretext.json").read_text())
    assert facts["origin"]["licence"] == "apache-2.0"
    features = json.loads((prepared.root / "data/features/imagenet/features.json").read_text())
    assert (features["layer"], features["pool"], features["width"]) == ("features", 1, 1280)
    assert (prepared.root / "data/selftrain/imagenet-2/results.csv").read_text().count("\n") == 2


def test_the_row_of_pixels(prepared: Project) -> None:
    of_stage = commands("pixels")
    seen = dict(zip(of_stage, run(prepared, [*of_stage.values()]), strict=True))
    assert [one["status"] for one in seen.values()] == [0] * len(seen), seen["pretrain"]["stderr"]
    assert_all_is_declared(seen, "pixels")
    images = np.load(prepared.root / "data/prepared/images.npy", mmap_mode="r")
    features = json.loads((prepared.root / "data/features/pixels/features.json").read_text())
    found = (features["layer"], features["pool"], features["width"])
    assert found == ("pixels", 16, 256 * images.shape[3])
    assert (prepared.root / "data/finetune/pixels-2/results.csv").read_text().count("\n") == 2


def assert_all_is_declared(seen: dict[str, dict[str, Any]], task: str) -> None:
    """What each stage imported and read, by dvc.yaml."""
    for stage, one in seen.items():
        declared = {dep.replace("${item.task}", task) for dep in STAGES[stage]["deps"]}
        assert one["imported"]
        for path in (f"src/{path}" for path in one["imported"] if Path(path).stem != "__init__"):
            assert any(f"{path}/".startswith(f"{dep}/") for dep in declared), (stage, path)
        filled = {"${item.task}": task, "${pretrain.start}": "random"}
        keys = tuple(filled_in(key, filled) for key in STAGES[stage]["params"])
        read = [key for key in one["read"] if not key.startswith("compute.")]
        assert all(re.match(rf"({'|'.join(map(re.escape, keys))})(\.|$)", key) for key in read)
