"""How fast fine-tuning and self-training go: slowly where others trained the encoder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from semisup.classify.budget import BudgetRun
from semisup.data.dataset import ImageData
from semisup.finetune import paced
from semisup.network import encoders
from semisup.network.encoders import EncoderSpec, Usage
from semisup.params.loading import Params
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

MakeData, Make, MakeRun = Callable[..., ImageData], Callable[..., Params], Callable[..., BudgetRun]
RATES = {"finetune.lr": [0.01, 0.05], "selftrain.lr": 0.03}
SHARES = {"finetune.lr_if_borrowed": 0.1, "selftrain.lr_if_borrowed": 0.5}
MODEL = EncoderSpec("timm/tf_efficientnet_lite0", "as_trained", Usage(32, [0.5] * 3, [0.2] * 3))


@pytest.fixture
def run(
    make_data: MakeData,
    make_params: Make,
    make_run: MakeRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> BudgetRun:
    monkeypatch.chdir(tmp_path)
    return make_run(make_params(RATES | SHARES), make_data(), "finetune", 4)


@pytest.mark.parametrize(
    ("spec", "finetune", "selftrain"),
    [
        (EncoderSpec("small"), [0.01, 0.05], 0.03),
        (EncoderSpec("timm/tf_efficientnet_lite0"), [0.01, 0.05], 0.03),  # trained on this pool
        (MODEL, [0.001, 0.005], 0.015),
    ],
)
def test_learning_rates_by_who_trained_the_encoder(
    run: BudgetRun, spec: EncoderSpec, finetune: list[float], selftrain: float
) -> None:
    folder = outputs.pretrain_folder(run.task)
    folder.mkdir(parents=True)
    encoders.save_spec(spec, folder)
    before = run.params.finetune.model_copy(deep=True)
    assert paced(run.params.finetune, run).lr == finetune
    assert paced(run.params.selftrain, run).lr == selftrain
    assert run.params.finetune == before


def test_before_pretrain(run: BudgetRun) -> None:
    with pytest.raises(UserError, match="pretrain"):
        paced(run.params.finetune, run)
