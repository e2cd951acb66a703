"""The files that one trained classifier consists of, wherever stages left them."""

import csv
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semisup.compute.weights import opened
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

WEIGHTS, RESULT = "weights.safetensors", "result.json"
NAMES = (outputs.ENCODER_SPEC, outputs.FEATURES_INFO, outputs.PRETEXT, WEIGHTS, outputs.ENCODER)
OF_A_LIBRARY = "blocks.model."  # in names of weights of models of timm and torchvision
Result = dict[str, str | int | float]


@dataclass(frozen=True)
class Parts:
    """files: by name, in any folder; result: the classifier's row of results.csv.

    encoder.json: the encoder's architecture; features.json: its layer and pool; pretext.json: where
    weights that others trained are from; weights.safetensors: of the head, or of the whole network;
    encoder.safetensors: where it is of the head alone.
    """

    files: dict[str, Path]
    result: Result

    def copy(self, folder: Path) -> None:
        """Put copies of all into one folder, which `gathered` reads.

        Raises:
            UserError: where a stage has not run.
        """
        for name, path in self.files.items():
            with outputs.needed(path):
                shutil.copyfile(path, folder / name)
        outputs.write_json(folder / RESULT, self.result)

    def check(self) -> None:
        """Refuse what can't be read; of weights their names and sizes are.

        Raises:
            UserError: where a stage has not run, or a file is damaged.
        """
        for path in self.files.values():
            if path.suffix == ".safetensors":
                with opened(path):
                    continue
            try:
                outputs.read_json(path)
            except ValueError:
                raise _damaged(path) from None


def parts_of(stage: Path, method: str, task: str, budget: int) -> Parts:
    """Those of the draw that is best on validation, of equal ones the first.

    Args:
        stage: the folder of the method's stage, for this task and budget.
        method: its name in tables.
        task: whose encoder; NO_TASK for the baseline.
        budget: labels per class.

    Raises:
        UserError: where a stage has not run, or what it wrote is damaged.
    """
    result = _best_row(stage / outputs.RESULTS)
    draw = int(result["draw"])
    files = {WEIGHTS: outputs.weights_of(stage, method, draw)}
    if task == outputs.NO_TASK:
        files |= {name: stage / name for name in (outputs.ENCODER_SPEC, outputs.FEATURES_INFO)}
    else:
        pretrained = outputs.folder_of("pretrain", task)
        files |= {name: pretrained / name for name in (outputs.ENCODER_SPEC, outputs.PRETEXT)}
        head = outputs.folder_of("head", task, budget)
        files[outputs.FEATURES_INFO] = head / outputs.FEATURES_INFO
        if not _is_whole(files[WEIGHTS]):
            mine = outputs.of_draw(outputs.repeats(pretrained), draw)
            files[outputs.ENCODER] = mine / outputs.ENCODER
    return Parts(files, result)


def gathered(folder: Path) -> Parts:
    """What `Parts.copy` wrote.

    Raises:
        UserError: where the stage has not run.
    """
    result: Result = outputs.read_json(folder / RESULT)
    return Parts({name: folder / name for name in NAMES if (folder / name).exists()}, result)


def _best_row(table: Path) -> Result:
    try:
        best = max(outputs.read_rows(table), key=lambda row: float(row["validation_top1"] or 0))
        row: Result = {name: _value(cell) for name, cell in best.items() if cell != ""}
        row |= {name: int(row[name]) for name in ("budget", "draw")}
    except (ValueError, KeyError, TypeError, csv.Error):  # empty, cut off, or no table at all
        raise _damaged(table) from None
    return row


def _value(cell: str) -> Any:
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


def _is_whole(weights: Path) -> bool:
    """Whether they hold an encoder."""
    with opened(weights) as file:
        return any(name.startswith("encoder.") for name in file.keys())  # noqa: SIM118


def _damaged(path: Path) -> UserError:
    return UserError(f"{path}: damaged; run `dvc checkout` or `dvc repro`")
