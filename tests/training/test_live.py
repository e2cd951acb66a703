"""What a training shows while it runs, and that it trains the same with it."""

import csv
import dataclasses
import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.compute.device import Runtime
from semisup.training import live as of_training
from semisup.training.loop import Fit, Objective, Plan, fit
from semisup.training.selection import Score, Selection
from semisup.workflow import live
from semisup.workflow.errors import UserError
from semisup.workflow.live import CURVES, METRICS
from semisup.workflow.scratch import Scratch

UPDATES = 6


@pytest.fixture
def keeping(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """Of a stage, in a project's folder."""
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    monkeypatch.setattr(of_training, "SECONDS", math.inf)  # however slow the machine is
    return dataclasses.replace(runtime, scratch=Scratch(Path("data/checkpoints/head-4"), "", 60.0))


def train(
    runtime: Runtime, seen: list[dict[str, object]], held: bool = True, worse: float = 1.0
) -> tuple[Tensor, Fit]:
    """What the files say at each evaluation but the first is added to `seen`."""
    points = torch.arange(24.0).view(8, 3) / 24
    labels = torch.tensor([0, 1] * 4)
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.2))

    def batch_loss(numbers: Tensor) -> tuple[Tensor, Tensor]:
        logits = network(points[numbers])
        loss = worse * F.cross_entropy(logits, labels[numbers])
        return loss, logits.argmax(dim=1) == labels[numbers]

    def evaluate() -> Score:
        for path in Path().glob(f"data/live/*/*/{METRICS}"):
            seen.append(json.loads(path.read_text()))
        return Score(0.5, 0.25)

    selection = Selection(network, evaluate if held else None)
    plan = Plan(0.1, 0.0, batch_size=4, epochs=3)
    result = fit(Objective(network, batch_loss, 8), plan, selection, runtime, 1, "draw 1, lr 0.1")
    return torch.cat([p.detach().flatten() for p in network.parameters()]), result


def test_files_are_those_of_dvclive_and_change_no_weight(keeping: Runtime) -> None:
    seen: list[dict[str, object]] = []
    alone, _ = train(keeping, seen)
    assert seen == []
    assert not Path("data/live").exists()
    with live.shown("head", {"budget": 4}):
        shown, result = train(keeping, seen)
        (metrics,) = Path().glob(f"data/live/head-4/*/{METRICS}")
        said = json.loads(metrics.read_text())
        curves = {
            str(path.relative_to(metrics.parent / CURVES)): [
                *csv.reader(path.read_text().splitlines(), delimiter="\t")
            ]
            for path in metrics.parent.rglob("*.tsv")
        }
    assert torch.equal(alone, shown)
    last = result.rows[-1]
    assert metrics.parent.name == "draw-1-lr-0.1"
    assert said == {
        "step": UPDATES,
        "of": UPDATES,
        "train": {"loss": round(last.train_loss, 4), "merit": round(last.train_merit, 4)},
        "heldout": {"loss": 0.25, "merit": 0.5},
    }
    assert [one["step"] for one in seen] == [1, 2, 4], (
        "written at the first update and with the curve"
    )
    assert curves.keys() == {
        f"{part}/{figure}.tsv" for part in ("train", "heldout") for figure in ("loss", "merit")
    }
    assert curves["heldout/merit.tsv"] == [["step", "merit"], *([n, "0.5"] for n in "246")]
    losses = [f"{row.train_loss:.6g}" for row in result.rows]
    assert [value for _, value in curves["train/loss.tsv"][1:]] == losses
    assert not Path("data/live").exists(), "the stage has ended"


def test_a_training_that_runs_away_is_not_said_to_run_on(keeping: Runtime) -> None:
    with live.shown("head", {"budget": 4}):
        with pytest.raises(UserError, match="no longer a number"):
            train(keeping, [], worse=math.inf)
        (metrics,) = Path("data/live").rglob(METRICS)
        told = json.loads(metrics.read_text())
        assert told["step"] == told["of"]


def test_nothing_is_said_of_what_is_not_held_out(keeping: Runtime) -> None:
    with live.shown("head", {"budget": 4}):
        train(keeping, [], held=False)
        assert {path.parent.name for path in Path("data/live").rglob("*.tsv")} == {"train"}
        (metrics,) = Path("data/live").rglob(METRICS)
        assert json.loads(metrics.read_text()).keys() == {"step", "of", "train"}


def test_a_full_disk_stops_no_training(keeping: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    alone, _ = train(keeping, [])
    monkeypatch.setattr(live, "write", full)
    with live.shown("head", {"budget": 4}):
        assert torch.equal(train(keeping, [])[0], alone)
