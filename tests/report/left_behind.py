"""What the stages before leave in data/, made up: four tasks, tiny images."""

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import OFFSETS, chosen, pretext, results, trains
from safetensors.numpy import save_file

from semisup.data.dataset import NO_RANK, ROLES, TRAIN, split_row
from semisup.model.calibration import Sure
from semisup.model.trained import Measured
from semisup.neighbours.stored import Graph, write_points
from semisup.params.loading import Params
from semisup.prepare.doubts import LISTED
from semisup.report import reliability
from semisup.report.reliability import Reliability
from semisup.split.roles import NONE_CHOSEN
from semisup.training.progress import Row
from semisup.workflow import outputs

CLASSES, PER_ROLE = ["a", "b", "c"], ["unlabelled", "train", "validation", "test"]
WAYS = ("head", "spread", "finetune", "selftrain")
TASKS = ["rotation", "gan", "imagenet", "random"]
Make = Callable[..., Params]


def made_data(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Make a folder the working one and fill its data/; what classifiers answer is made up."""
    patch.chdir(folder)
    patch.setattr(reliability, "of_way", lambda way, budgets, *_: reliabilities(budgets))
    write_data()
    return folder


def write_data() -> None:
    """Fill data/ of the working folder with what four tasks leave behind."""
    _write_images()
    table = results(TASKS, methods=WAYS)
    for (method, task, budget), rows in table.groupby(["method", "task", "budget"]):
        folder = {
            "supervised": outputs.folder_of("supervised", budget),
            "head": outputs.folder_of("head", task, budget),
            "spread": outputs.folder_of("spread", task, budget),
            "finetune": outputs.folder_of("finetune", task, budget),
            "selftrain": outputs.folder_of("selftrain", task, budget),
        }[method]
        folder.mkdir(parents=True)
        rows.to_csv(folder / outputs.RESULTS, index=False)
        _write_history(folder, extra={"draw": 0})
        guesses = np.full((len(OFFSETS), len(CLASSES)), len(method) % 3, np.uint16)
        np.save(folder / outputs.PREDICTIONS, guesses)
        _write_classifiers(method, folder)
        if method in ("spread", "selftrain"):
            outputs.write_table(folder / outputs.POOL_STATISTICS, told(budget))
    for task in TASKS:
        _write_pretraining(task)
        _write_neighbours(task)
        outputs.folder_of("choose", task).mkdir(parents=True)
        picked = chosen(task, {1: 0.2, 2: 0.1})
        picked.drop(columns="task").to_csv(outputs.folder_of("choose", task) / outputs.RESULTS)


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
    summary = {"classes": CLASSES, "rejected": 0, "duplicates": 0, "channels": 3}
    outputs.write_json(outputs.PREPARED / outputs.SUMMARY, summary)
    stats = {"mean": [0.5] * 3, "std": [0.2] * 3, "pool": 6, "leaked": 0, "torn": 0, "conflicts": 0}
    stats |= dict.fromkeys(PER_ROLE, 3)
    for folder in (outputs.PREPARED, outputs.SPLITS):
        outputs.write_json(folder / outputs.WARNINGS, ["class 'a*b' has no test image"])
    outputs.write_json(outputs.SPLITS / outputs.STATS, stats)
    manifest = np.zeros(len(pairs), outputs.MANIFEST_ROW)
    manifest["label"] = [CLASSES.index(label) for label, _ in pairs]
    split = np.zeros(len(pairs), split_row(1))
    split["role"] = [ROLES.index(role) for _, role in pairs]
    split["rank"] = np.where(split["role"] == TRAIN, 0, NO_RANK)[:, None]
    np.save(outputs.PREPARED / outputs.MANIFEST_ROWS, manifest)
    sources = [[f"{role}/{label}.png"] for label, role in pairs]
    outputs.write_rows(outputs.PREPARED / outputs.MANIFEST, ["source"], sources)
    np.save(outputs.SPLITS / outputs.SPLIT_ROWS, split)
    np.save(outputs.SPLITS / outputs.CHOSEN, NONE_CHOSEN)
    header = ["class", "train", "validation", "test", "left_out"]
    outputs.write_rows(outputs.SPLITS / outputs.CLASSES, header, [[c, 1, 1, 1, 0] for c in CLASSES])
    outputs.write_rows(outputs.PREPARED / outputs.REJECTED, ["source", "reason"], [])
    outputs.write_rows(outputs.PREPARED / outputs.CONFLICTS, LISTED, [])


def _write_classifiers(method: str, folder: Path) -> None:
    """Weights of each draw, of heads alone but where the whole network was trained."""
    name = "encoder.weight" if method in ("finetune", "selftrain", "supervised") else "0.weight"
    for draw in range(len(OFFSETS)):
        save_file({name: np.full(2, draw)}, folder / f"{method}_{draw}.safetensors")
    outputs.write_json(folder / outputs.FEATURES_INFO, {"layer": "conv1", "pool": 1})
    outputs.write_json(folder / outputs.ENCODER_SPEC, {"backbone": method})


def _write_neighbours(task: str) -> None:
    """Of all images, with the next two in order."""
    count = len(CLASSES) * len(PER_ROLE)
    numbers = np.arange(count)
    following = np.stack([(numbers + 1) % count, (numbers + 2) % count], axis=1).astype(np.int32)
    folder = outputs.folder_of("neighbours", task)
    folder.mkdir(parents=True)
    Graph(numbers, following, np.full((count, 2), 0.5, np.float32)).write(folder)
    write_points(np.random.default_rng(0).normal(size=(count, 4)).astype(np.float16), folder)


def reliabilities(budgets: Sequence[int]) -> list[Reliability]:
    """Of three test images, two of which are right."""
    sure, right = np.array([0.9, 0.8, 0.6]), np.array([True, False, True])
    found = Measured(3, 2 / 3, 0.2, 0.1, Sure(1 / 3, 1.0))
    return [
        Reliability(
            budget=budget,
            temperature=2.0,
            threshold=0.85,
            precision=0.95,
            promised=found,
            kept=found,
            positions=np.array([3, 7, 11]),
            predicted=np.array([0, 2, 2]),
            right=right,
            raw=sure,
            confidences=sure / 2,
        )
        for budget in budgets
    ]


def _write_history(folder: Path, extra: dict[str, int]) -> None:
    row = dataclasses.asdict(Row(1, 1.0, 0.1, 0.5, 0.5, 0.6, 0.4))
    outputs.write_table(folder / outputs.HISTORY, [row | extra])


def known(task: str) -> dict[str, Any]:
    """Of its pretraining, but for the picture."""
    found = dataclasses.asdict(pretext(task))
    del found["columns"]
    return found


def _write_pretraining(task: str) -> None:
    folder = outputs.folder_of("pretrain", task)
    folder.mkdir(parents=True)
    outputs.write_json(folder / outputs.PRETEXT, {"task": task, "updates": 9} | known(task))
    _write_history(folder, {})
    outputs.write_json(folder / outputs.ENCODER_SPEC, {"backbone": task})
    save_file({"conv.weight": np.zeros((4, 3, 3, 3), np.float32)}, folder / outputs.ENCODER)
    if trains(task):
        np.save(folder / outputs.EXAMPLES, np.zeros((2, 2, 16, 16, 3), np.uint8))
        outputs.write_json(folder / outputs.CAPTIONS, {"columns": [], "captions": []})


def asked(make_params: Make, tasks: list[str], budgets: list[int]) -> Params:
    """Unchecked, for the tasks of this file need not exist."""
    return make_params({}).model_copy(
        update={
            "pretext_tasks": tasks,
            "finetune_tasks": tasks,
            "label_budgets": budgets,
        }
    )
