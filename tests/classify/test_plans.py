"""Plans of training by the sections of params.yaml."""

from collections.abc import Callable

from semisup.classify.plans import plans_of
from semisup.params.loading import Params
from semisup.training.loop import Plan


def test_plans_of_a_section(make_params: Callable[..., Params]) -> None:
    params = make_params({"head.lr": 0.3, "head.epochs": 4, "finetune.lr": [0.1, 0.2]})
    head, tuned, joint = params.head, params.finetune, params.selftrain
    least = head.min_updates
    assert plans_of(head) == [Plan(0.3, head.weight_decay, head.batch_size, 4, least)]
    assert [plan.lr for plan in plans_of(tuned)] == [0.1, 0.2]
    (plan,) = plans_of(joint)
    assert (plan.updates(10), plan.updates(10**6)) == (joint.updates, joint.updates)
    assert plan.batches(10 * joint.pool_batch) == 10
