"""The whole report from made-up outputs of the stages before."""

import csv
import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import BUDGETS, OFFSETS, chosen, facts, pretext, results, set_score, trains
from safetensors.numpy import load_file, save_file

from semisup.data.dataset import NO_RANK, ROLES, open_data, split_row
from semisup.model.parts import WEIGHTS, gathered
from semisup.params.loading import Params
from semisup.report import build
from semisup.report.facts import read_facts
from semisup.report.figures import confusion
from semisup.report.methods import Way, ways
from semisup.split.roles import NONE_CHOSEN
from semisup.training.progress import Row
from semisup.workflow import outputs

CLASSES, PER_ROLE = ["a", "b", "c"], ["unlabelled", "train", "validation", "test"]
WAYS = ("head", "spread", "finetune", "selftrain")
TASKS = ["rotation", "gan", "imagenet", "random"]
Make = Callable[..., Params]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fills data/ of an empty folder with what four tasks leave behind."""
    monkeypatch.chdir(tmp_path)
    _write_images()
    table = results(TASKS, methods=WAYS)
    for (method, task, budget), rows in table.groupby(["method", "task", "budget"]):
        folder = {
            "supervised": outputs.supervised_folder(budget),
            "head": outputs.head_folder(task, budget),
            "spread": outputs.spread_folder(task, budget),
            "finetune": outputs.finetune_folder(task, budget),
            "selftrain": outputs.selftrain_folder(task, budget),
        }[method]
        folder.mkdir(parents=True)
        rows.to_csv(folder / outputs.RESULTS, index=False)
        _write_history(folder, extra={"draw": 0})
        guesses = np.full((len(OFFSETS), len(CLASSES)), len(method) % 3, np.uint16)
        np.save(folder / outputs.PREDICTIONS, guesses)
        _write_classifiers(method, folder)
        if method in ("spread", "selftrain"):
            outputs.write_table(folder / outputs.TOLD, told(budget))
    for task in TASKS:
        _write_pretraining(task)
        outputs.choose_folder(task).mkdir(parents=True)
        picked = chosen(task, {1: 0.2, 2: 0.1})
        picked.drop(columns="task").to_csv(outputs.choose_folder(task) / outputs.RESULTS)
    return tmp_path


def told(budget: int) -> list[dict[str, Any]]:
    """Of the pool, by draw."""
    shares = (0.5 + budget / 100 + offset for offset in OFFSETS)
    rows = enumerate(shares)
    return [{"draw": d, "pool_images": 7, "pool_sure": 0.5, "pool_top1": s} for d, s in rows]


def _write_images() -> None:
    for folder in (outputs.PREPARED, outputs.SPLITS):
        folder.mkdir(parents=True)
    pairs = [*itertools.product(CLASSES, PER_ROLE)]
    np.save(outputs.PREPARED / outputs.IMAGES, np.zeros((len(pairs), 16, 16, 3), np.uint8))
    summary = {"classes": CLASSES, "rejected": 0, "channels": 3}
    outputs.write_json(outputs.PREPARED / outputs.SUMMARY, summary)
    stats = {"mean": [0.5] * 3, "std": [0.2] * 3, "pool": 6, "leaked": 0, "torn": 0, "conflicts": 0}
    stats["untrained"] = []
    stats |= dict.fromkeys(PER_ROLE, 3)
    for folder in (outputs.PREPARED, outputs.SPLITS):
        outputs.write_json(folder / outputs.WARNINGS, ["class 'a*b' has no test image"])
    outputs.write_json(outputs.SPLITS / outputs.STATS, stats)
    manifest = np.zeros(len(pairs), outputs.MANIFEST_ROW)
    manifest["label"] = [CLASSES.index(label) for label, _ in pairs]
    split = np.zeros(len(pairs), split_row(1))
    split["role"] = [ROLES.index(role) for _, role in pairs]
    split["rank"] = NO_RANK
    np.save(outputs.PREPARED / outputs.MANIFEST_ROWS, manifest)
    np.save(outputs.SPLITS / outputs.SPLIT_ROWS, split)
    np.save(outputs.SPLITS / outputs.CHOSEN, NONE_CHOSEN)


def _write_classifiers(method: str, folder: Path) -> None:
    """Weights of each draw, of heads alone but where the whole network was trained."""
    name = "encoder.weight" if method in ("finetune", "selftrain", "supervised") else "0.weight"
    for draw in range(len(OFFSETS)):
        save_file({name: np.full(2, draw)}, folder / f"{method}_{draw}.safetensors")
    outputs.write_json(folder / outputs.FEATURES_INFO, {"layer": "conv1", "pool": 1})
    outputs.write_json(folder / outputs.ENCODER_SPEC, {"backbone": method})


def _write_history(folder: Path, extra: dict[str, int]) -> None:
    row = dataclasses.asdict(Row(1, 1.0, 0.1, 0.5, 0.5, 0.6, 0.4))
    outputs.write_table(folder / outputs.HISTORY, [row | extra])


def known(task: str) -> dict[str, Any]:
    """Of its pretraining, but for the picture."""
    found = dataclasses.asdict(pretext(task))
    del found["columns"]
    return found


def _write_pretraining(task: str) -> None:
    folder = outputs.pretrain_folder(task)
    folder.mkdir(parents=True)
    outputs.write_json(folder / outputs.PRETEXT, {"task": task, "updates": 9} | known(task))
    _write_history(folder, {})
    outputs.write_json(folder / outputs.ENCODER_SPEC, {"backbone": task})
    save_file({"conv.weight": np.zeros((4, 3, 3, 3), np.float32)}, folder / outputs.ENCODER)
    if trains(task):
        np.save(folder / outputs.EXAMPLES, np.zeros((2, 2, 16, 16, 3), np.uint8))
        outputs.write_json(folder / outputs.CAPTIONS, {"columns": [], "captions": []})


def test_facts_are_those_that_the_stages_wrote(data: Path, make_params: Make) -> None:
    params = asked(make_params, TASKS, BUDGETS)
    data = open_data(outputs.PREPARED, outputs.SPLITS)
    found = read_facts(ways(TASKS), params, data)
    assert (found.image_size, found.confidence) == (16, 0.95)
    assert found.data["classes"] == CLASSES
    assert found.split["pool"] == 6
    assert found.pretext == {
        task: dataclasses.replace(pretext(task), columns=2 * trains(task)) for task in TASKS
    }
    assert len(found.told) == 2 * len(TASKS) * len(BUDGETS) * len(OFFSETS)
    query = "method == 'selftrain' and task == 'gan' and budget == 4 and draw == 1"
    (row,) = found.told.query(query).to_dict("records")
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


@pytest.mark.parametrize("tasks", [TASKS, ["random"], []])
def test_all_files_are_written_the_same_each_time(
    data: Path, make_params: Make, tasks: list[str]
) -> None:
    params = asked(make_params, tasks, BUDGETS)
    summary, files = report(data / "one", params)
    pictures = ["label_curve", "confusion"] + ["tasks", "filters"] * bool(tasks)
    pictures += [f"pretext_{task}" for task in tasks if trains(task)]
    assert set(files) == {
        *("metrics.json", "label_curve.csv", "task_comparison.csv", "summary.md"),
        *(f"plots/{name}.csv" for name in ("label_curve", "pretext", "training")),
        *(f"figures/{name}.{kind}" for name in pictures for kind in ("svg", "png")),
    }
    assert files["summary.md"].decode() == summary
    for link in summary.split("](")[1:]:
        assert link.split(")")[0] in files
    assert report(data / "two", params)[1] == files


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
) -> None:
    folder = outputs.head_folder("gan", BUDGETS[-1])
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
    assert len(among) == len(WAYS) * len(tasks), "the baseline is not chosen among"


def asked(make_params: Make, tasks: list[str], budgets: list[int]) -> Params:
    """Unchecked, for the tasks of this file need not exist."""
    return make_params({}).model_copy(
        update={
            "pretext_tasks": tasks,
            "finetune_tasks": tasks,
            "label_budgets": budgets,
        }
    )


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
    confusion.draw(build._best_way(table, facts(tasks)), BUDGETS[-1], data)
    assert f"<!-- {title}, 16 labels per class -->" in (data / "confusion.svg").read_text()


@pytest.mark.usefixtures("data")
def test_confusion_where_the_largest_budget_has_no_validation() -> None:
    """Smaller ones say which task, and what trains most of it stands for the largest."""
    table = set_score(results(TASKS), "validation_top1", "head", "gan", 0.99)
    table.loc[table["budget"] == BUDGETS[-1], "validation_top1"] = float("nan")
    assert build._best_way(table, facts()) == Way("finetune", "gan")
