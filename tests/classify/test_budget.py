"""What a run at one budget knows of its encoder."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from semisup.classify.budget import BudgetRun
from semisup.data.dataset import ImageData
from semisup.network import encoders
from semisup.network.encoders import EncoderSpec, Usage
from semisup.params.loading import Params
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

MakeData, Make, MakeRun = Callable[..., ImageData], Callable[..., Params], Callable[..., BudgetRun]
LITE = "timm/tf_efficientnet_lite0"


@pytest.fixture
def run(
    make_data: MakeData,
    make_params: Make,
    make_run: MakeRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> BudgetRun:
    monkeypatch.chdir(tmp_path)
    return make_run(make_params({}), make_data(), "finetune", 4)


@pytest.mark.parametrize(
    ("spec", "borrowed"),
    [
        (EncoderSpec("small"), False),
        (EncoderSpec(LITE), False),  # trained on this pool
        (EncoderSpec(LITE, "as_trained", Usage(32, [0.5] * 3, [0.2] * 3)), True),
    ],
)
def test_whether_others_trained_it(run: BudgetRun, spec: EncoderSpec, borrowed: bool) -> None:
    folder = outputs.folder_of("pretrain", run.task)
    folder.mkdir(parents=True)
    encoders.save_spec(spec, folder)
    assert run.borrowed == borrowed
    assert dataclasses.replace(run, method="selftrain").borrowed == borrowed
    assert not dataclasses.replace(run, method="head").borrowed, "whose encoder is frozen"


def test_the_baseline_has_none(run: BudgetRun) -> None:
    assert not dataclasses.replace(run, task=outputs.NO_TASK, method="selftrain").borrowed


def test_before_pretrain(run: BudgetRun) -> None:
    with pytest.raises(UserError, match="pretrain"):
        _ = run.borrowed
