"""The whole report from made-up outputs of the stages before."""

import csv
import dataclasses
import errno
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from left_behind import CLASSES, TASKS, WAYS, asked, told
from made_up import BUDGETS, OFFSETS, facts, pretext, results, set_score, trains
from safetensors.numpy import load_file

from semisup.data.dataset import open_data
from semisup.model.parts import WEIGHTS, gathered
from semisup.params.loading import Params
from semisup.report import build
from semisup.report.facts import read_facts
from semisup.report.figures import confusion
from semisup.report.findings.together import find
from semisup.report.methods import BASELINE, Way, ways
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.processes import HOST

Make = Callable[..., Params]


def test_facts_are_those_that_the_stages_wrote(data: Path, make_params: Make) -> None:
    params = asked(make_params, TASKS, BUDGETS)
    data = open_data()
    found = read_facts(ways(TASKS), params, data)
    assert (found.image_size, found.confidence) == (16, 0.95)
    assert found.data["classes"] == CLASSES
    assert found.split["pool"] == 6
    assert found.pretext == {
        task: dataclasses.replace(pretext(task), columns=2 * trains(task)) for task in TASKS
    }
    assert len(found.pool_statistics) == 2 * len(TASKS) * len(BUDGETS) * len(OFFSETS)
    query = "method == 'selftrain' and task == 'gan' and budget == 4 and draw == 1"
    (row,) = found.pool_statistics.query(query).to_dict("records")
    assert row == {"method": "selftrain", "task": "gan", "budget": 4, **told(4)[1]}
    assert len(found.chosen) == len(TASKS) * 2 * 2 * len(OFFSETS)
    query = "task == 'gan' and strategy == 'typical' and budget == 2 and draw == 1"
    (row,) = found.chosen.query(query).to_dict("records")
    assert (row["labels"], row["classes_covered"], row["top1"]) == (6, 3, 0.5)


def report(folder: Path, params: Params) -> tuple[str, dict[str, bytes]]:
    folder.mkdir()
    summary = build.build_report(params, folder)
    files = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return summary, files


@pytest.fixture
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which take most of the time."""
    monkeypatch.setattr(build, "_draw_figures", lambda *_: None)


@pytest.mark.usefixtures("_no_figures")
def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(
    data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When figures and plots are written already."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(build.outputs, "write_json", full)
    monkeypatch.setattr(build.advised, "write", lambda *_: None)
    with pytest.raises(UserError, match=r"^.*: can't be written: No space left .*; free or unlock"):
        report(data / "reports", asked(make_params, [], BUDGETS))
    assert {path.name for path in (data / "reports").iterdir()} == {"figures", "plots"}


@pytest.mark.usefixtures("_no_figures")
def test_what_a_killed_report_left_is_removed(data: Path, make_params: Make) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = data / "reports" / f".metrics.json.{HOST}-{ended.pid}.tmp"
    left.parent.mkdir(parents=True)
    left.write_text("{")
    build.build_report(asked(make_params, [], BUDGETS), data / "reports")
    assert not [*(data / "reports").glob(".*")]


@pytest.mark.parametrize(("tasks", "again"), [(TASKS, True), (["random"], False), ([], False)])
def test_all_files_are_written_the_same_each_time(
    data: Path, make_params: Make, tasks: list[str], again: bool
) -> None:
    params = asked(make_params, tasks, BUDGETS)
    summary, files = report(data / "one", params)
    pictures = ["label_curve", "confusion"] + ["tasks", "filters"] * bool(tasks)
    pictures += [f"pretext_{task}" for task in tasks if trains(task)]
    assert set(files) == {
        *("metrics.json", "label_curve.csv", "task_comparison.csv", "summary.md", "report.html"),
        *(f"plots/{name}.csv" for name in ("label_curve", "pretext", "training")),
        *(f"figures/{name}.{kind}" for name in pictures for kind in ("svg", "png")),
    }
    assert files["summary.md"].decode() == summary
    for link in summary.split("](")[1:]:
        assert link.split(")")[0] in files
    if again:
        assert report(data / "two", params)[1] == files


@pytest.mark.usefixtures("_no_figures")
@pytest.mark.parametrize(
    ("tasks", "chosen", "backbone", "has_encoder"),
    [
        (TASKS, ("head", "gan"), "gan", True),
        (["rotation"], ("selftrain", "rotation"), "rotation", False),
        ([], ("supervised", "none"), "supervised", False),
    ],
)
def test_the_advised_classifier_is_put_aside(
    data: Path,
    make_params: Make,
    tasks: list[str],
    chosen: tuple[str, str],
    backbone: str,
    has_encoder: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # as many validation images as the made-up accuracies are of
    monkeypatch.setattr("semisup.report.tables.headline.effective_images", lambda *_: 320.0)
    folder = outputs.folder_of("head", "gan", BUDGETS[-1])
    table = set_score(results(TASKS, methods=WAYS), "validation_top1", "head", "gan", [0.9, 1, 0.9])
    rows = table.query(f"method == 'head' and task == 'gan' and budget == {BUDGETS[-1]}")
    rows.to_csv(folder / outputs.RESULTS, index=False)
    report(data / "one", asked(make_params, tasks, BUDGETS))
    parts = gathered(outputs.ADVISED)
    assert (parts.result["method"], parts.result["task"]) == chosen
    best = 1 if chosen[0] == "head" else 2  # made-up accuracies grow by draw
    assert (parts.result["budget"], parts.result["draw"]) == (BUDGETS[-1], best)
    (weights,) = load_file(parts.files[WEIGHTS]).values()
    assert weights.tolist() == [best, best]
    assert outputs.read_json(parts.files[outputs.ENCODER_SPEC])["backbone"] == backbone
    assert (outputs.ENCODER in parts.files) == has_encoder
    among = outputs.read_json(outputs.ADVISED / "among.json")
    assert len(among) == 1 + len(WAYS) * len(tasks)


@pytest.mark.usefixtures("_no_figures")
def test_table_of_the_comparison(data: Path, make_params: Make) -> None:
    params = asked(make_params, TASKS, [4, 16])
    _, files = report(data / "one", params)
    rows = [*csv.DictReader(files["task_comparison.csv"].decode().splitlines())]
    assert len(rows) == (1 + len(WAYS) * len(TASKS)) * 2
    assert {(row["task"], row["method"], row["budget"]): row for row in rows}[
        "gan", "head", "16"
    ] == {
        **{"task": "gan", "method": "head", "budget": "16", "top1": "0.78"},
        **{"half_width": "0.653793", "validation_top1": "0.79", "images_seen": "845568"},
    }


@pytest.mark.parametrize(
    ("tasks", "title"),
    [(TASKS, "head (gan)"), (["rotation"], "finetune (rotation)"), ([], "supervised")],
)
def test_confusion_is_of_what_validation_chose(data: Path, tasks: list[str], title: str) -> None:
    table = set_score(results(tasks), "validation_top1", "head", "gan", 0.99)
    images = open_data()
    confusion.draw(images, find(table, facts(tasks)).best, BUDGETS[-1], data)
    assert f"<!-- {title}, 16 labels per class -->" in (data / "confusion.svg").read_text()


@pytest.mark.usefixtures("data")
def test_confusion_where_the_largest_budget_has_no_validation() -> None:
    """Smaller ones say which task, and what trains most of it stands for the largest."""
    table = set_score(results(TASKS), "validation_top1", "head", "gan", 0.99)
    table.loc[table["budget"] == BUDGETS[-1], "validation_top1"] = float("nan")
    assert find(table, facts()).best == Way("finetune", "gan")


@pytest.mark.parametrize(("share", "largest"), [(0.8, 16), (0.7, 4), (0.0, 16)])
def test_budgets_far_from_filled_answer_nothing(share: float, largest: int) -> None:
    """Those that nearly are do; so do all where none is filled."""
    table = results(TASKS)
    few = table["budget"] == BUDGETS[-1] if share else table["budget"] > 0
    table.loc[few, "labels_used"] = (share * table.loc[few, "labels_used"]).astype(int)
    answers = find(table, facts(TASKS)).answers
    assert answers is not None
    assert answers.savings[0].budget == largest
    assert [*answers.gains] == BUDGETS


def test_controls_alone_leave_the_baseline_to_choose() -> None:
    controls = ["random", "pixels"]
    assert find(results(controls), facts(controls)).best == BASELINE
    assert find(results(["random", "gan"]), facts(["random", "gan"])).best.task == "gan"
