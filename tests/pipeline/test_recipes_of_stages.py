"""By which section, from where, and judged by what, each stage trains its classifiers."""

import runpy
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from semisup.classify import budget, draws, results
from semisup.classify.budget import BudgetRun
from semisup.data.dataset import ImageData
from semisup.features.stored import FeatureSet
from semisup.params.loading import Params
from semisup.params.recipes import Finetune, Head
from semisup.workflow import outputs

STAGES = Path(__file__).parents[2] / "stages"
TASK, BUDGET = "rotation", 4


class Trains(Exception):
    """In place of the training."""


@pytest.mark.parametrize(
    ("stage", "section", "obeys_patience", "before"),
    [
        ("head", "head", True, None),
        ("spread", "spread", False, "head"),
        ("finetune", "finetune", True, "spread"),
        ("selftrain", "selftrain", False, "finetune"),
        ("supervised", "supervised", False, None),
        ("selftrain_baseline", "selftrain", False, "supervised"),
    ],
)
def test_what_goes_on_from_another_stage_may_keep_its_weights_and_their_judgement(
    make_data: Callable[..., ImageData],
    make_params: Callable[..., Params],
    make_run: Callable[..., BudgetRun],
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    section: str,
    obeys_patience: bool,
    before: str | None,
) -> None:
    """Else methods that train further would be ahead for having more to choose from."""
    params, given = make_params({"finetune.start": "spread"}), {}
    run = make_run(params, make_data(), stage, BUDGET)
    if stage in ("supervised", "selftrain_baseline"):
        run = BudgetRun(stage, outputs.NO_TASK, BUDGET, params, run.data, run.runtime, run.seed)

    def trains(
        run: BudgetRun,
        learner: Any,
        recipe: Any,
        start_judged: Path | None = None,
    ) -> None:
        given.update(recipe=recipe, start_judged=start_judged)
        raise Trains

    monkeypatch.setattr(budget, "started", lambda *_: nullcontext(run))
    monkeypatch.setattr(draws, "train_draws", trains)
    monkeypatch.setattr(results, "judged_before", lambda folder: folder)
    monkeypatch.setattr(FeatureSet, "read_all", lambda _: [])
    monkeypatch.setattr(outputs, "repeats", lambda _: [])
    monkeypatch.setattr(sys, "path", [str(STAGES), *sys.path])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # which stages change
    main = runpy.run_path(str(STAGES / f"{stage}.py"))["main"]
    with pytest.raises(Trains):
        main(*((BUDGET,) if run.task == outputs.NO_TASK else (TASK, BUDGET)))
    recipe = getattr(params, section)
    assert given == {"recipe": recipe, "start_judged": before and run.folder(before)}
    assert isinstance(recipe, Head | Finetune) == obeys_patience
