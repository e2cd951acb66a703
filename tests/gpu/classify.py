"""Fine-tuning and self-training of a ResNet-18 on CIFAR-10, by the stages themselves."""

import csv
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from made_up import REPOSITORY

from semisup.params.loading import PARAMS_FILE
from semisup.studies import overlay

TASK, BUDGET = "rotation", 16
OVER: dict[str, Any] = {
    "label_budgets": [BUDGET],
    "pretext_tasks": [TASK],
    "finetune_tasks": [TASK],
    "control_budgets": [],
    "draws": 1,
    "data": {"source": "folder", "image_size": 32, "augment": {"rotate": 0.0, "flip": True}},
    "backbone": {"name": "resnet18"},
    "pretrain": {"epochs": 5, "rotation": {"batch_images": 128}},
    "embed": {"pool": 1},
    "selftrain": {"updates": 1000, "pool_batch": 256, "views": {"strong": {"flip": True}}},
}
TINY: dict[str, Any] = {
    "label_budgets": [2],
    "data": {"image_size": 16},
    "split": {"validation_per_class": 2},
    "backbone": {"name": "small"},
    "pretrain": {"epochs": 1, "heldout_images": 4, "rotation": {"batch_images": 8}},
    "embed": {"views": 1, "images_per_class": 8, "pool_images": 20},
    "neighbours": {"count": 3, "dimensions": 4},
    "head": {"epochs": 1, "min_updates": 2},
    "spread": {"batch_size": 8, "epochs": 1, "min_updates": 2},
    "finetune": {"epochs": 1, "min_updates": 2},
    "selftrain": {"updates": 3, "pool_batch": 8},
    "compute": {"threads": 1},
}
STAGES = ("pretrain", "embed", "neighbours", "head", "spread", "finetune", "selftrain")
SCORED = ("head", "spread", "finetune", "selftrain")


def classify(archive: Path, on: str, tiny: bool, folder: Path, until: float) -> dict[str, Any]:
    """Accuracy and seconds of each stage, as far as time allows.

    Args:
        archive: with images/train/CLASS/ and images/test/CLASS/.
        on: the device.
        tiny: with settings that take no time.
        folder: to work in.
        until: by the clock `time.monotonic`.
    """
    budget = _prepare(archive, on, tiny, folder)
    paths = (str(REPOSITORY / "src"), os.environ.get("PYTHONPATH"))
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    found: dict[str, Any] = {"ok": True, "labels_per_class": budget, "stages": {}}
    for stage in ("prepare", "split", *STAGES):
        options = ["--task", TASK] if stage in STAGES else []
        options += ["--budget", str(budget)] if stage in SCORED else []
        command = [sys.executable, f"stages/{stage}.py", *options]
        began = time.monotonic()
        try:
            left = max(1.0, until - began)
            done = subprocess.run(
                command,
                cwd=folder,
                env=env,
                capture_output=True,
                text=True,
                timeout=left,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return found | {"ended": f"{stage}: no time was left"}
        if done.returncode:
            return found | {"ok": False, "ended": f"{stage}: {done.stderr.strip()[-500:]}"}
        told = {"seconds": round(time.monotonic() - began, 1)}
        found["stages"][stage] = told | _accuracy(folder, stage, budget)
    return found


def _prepare(archive: Path, on: str, tiny: bool, folder: Path) -> int:
    """The files that stages read; returns the number of labels per class."""
    raw = folder / "data/raw"
    raw.mkdir(parents=True)
    (folder / "data/labels").mkdir()
    for name in ("src", "stages"):
        shutil.copytree(REPOSITORY / name, folder / name)
    for name in ("dvc.yaml", ".dvcignore"):
        shutil.copyfile(REPOSITORY / name, folder / name)
    (raw / archive.name).symlink_to(archive.resolve())
    places = {
        "labelled": f"data/raw/{archive.name}/images/train",
        "test": f"data/raw/{archive.name}/images/test",
    }
    over = overlay.merged(OVER, {"data": {"folder": places}, "compute": {"device": on}})
    over = overlay.merged(over, TINY) if tiny else over
    overlay.write_over(REPOSITORY / PARAMS_FILE, over, folder / PARAMS_FILE)
    return int(over["label_budgets"][0])


def _accuracy(folder: Path, stage: str, budget: int) -> dict[str, float]:
    table = folder / "data" / stage / f"{TASK}-{budget}" / "results.csv"
    if stage not in SCORED:
        return {}
    with table.open(encoding="utf-8", newline="") as file:
        return {"test_top1": float(next(csv.DictReader(file))["top1"])}
