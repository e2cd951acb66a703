"""What the stages before leave in data/, made up: four tasks, tiny images."""

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from made_up import OFFSETS, chosen, pretext, results, trains
from safetensors.numpy import save_file

from semisup.data.dataset import NO_RANK, ROLES, split_row
from semisup.params.loading import Params
from semisup.split.roles import NONE_CHOSEN
from semisup.training.progress import Row
from semisup.workflow import outputs

CLASSES, PER_ROLE = ["a", "b", "c"], ["unlabelled", "train", "validation", "test"]
WAYS = ("head", "spread", "finetune", "selftrain")
TASKS = ["rotation", "gan", "imagenet", "random"]
Make = Callable[..., Params]


def write_data() -> None:
    """Fill data/ of the working folder with what four tasks leave behind."""
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


def asked(make_params: Make, tasks: list[str], budgets: list[int]) -> Params:
    """Unchecked, for the tasks of this file need not exist."""
    return make_params({}).model_copy(
        update={
            "pretext_tasks": tasks,
            "finetune_tasks": tasks,
            "label_budgets": budgets,
        }
    )
