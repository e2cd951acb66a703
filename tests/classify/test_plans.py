"""Plans of training by the sections of params.yaml."""

import math
from collections.abc import Callable

import pytest

from semisup.classify.plans import MAX_GRAD_NORM, plans_of
from semisup.params.loading import Params
from semisup.training.loop import Plan


def test_plans_of_a_section(make_params: Callable[..., Params]) -> None:
    params = make_params({"head.lr": 0.3, "head.epochs": 4, "finetune.lr": [0.1, 0.2]})
    head, tuned, joint = params.head, params.finetune, params.selftrain
    least = head.min_updates
    assert plans_of(head, 10**6) == [Plan(0.3, head.weight_decay, head.batch_size, 4, least)]
    assert [plan.lr for plan in plans_of(tuned, 10)] == [0.1, 0.2]
    (plan,) = plans_of(joint, 10**6)
    assert plan.weight_decay == joint.weight_decay
    assert (plan.updates(10), plan.updates(10**6)) == (joint.updates, joint.updates)
    assert plan.batches(10 * joint.pool_batch) == 10


@pytest.mark.parametrize(
    ("images", "decay"), [(1, 0.01), (1000, 0.01), (2000, 0.005), (100_000, 0.0001)]
)
def test_many_images_need_less_weight_decay(
    make_params: Callable[..., Params], images: int, decay: float
) -> None:
    for section in ("finetune", "supervised"):
        edits = {f"{section}.weight_decay": 0.01, f"{section}.decay_images": 1000}
        plans = plans_of(getattr(make_params(edits), section), images)
        assert {plan.weight_decay for plan in plans} == {decay}


def test_what_others_trained_is_trained_further_slowly(make_params: Callable[..., Params]) -> None:
    shares = {"finetune.lr_if_borrowed": 0.1, "selftrain.lr_if_borrowed": 0.5}
    params = make_params({"finetune.lr": [0.01, 0.05], "selftrain.lr": 0.03} | shares)
    sections = (params.finetune, params.selftrain)
    for borrowed, rates in ((True, [0.001, 0.005, 0.015]), (False, [0.01, 0.05, 0.03])):
        plans = [plan for section in sections for plan in plans_of(section, 10, borrowed)]
        assert [plan.lr for plan in plans] == rates
        norm = MAX_GRAD_NORM if borrowed else math.inf
        assert {plan.max_grad_norm for plan in plans} == {norm}
    assert plans_of(params.head, 10, True) == plans_of(params.head, 10)
