"""Which stages run; real runs are in tests/pipeline."""

import pytest

from semisup.cli.workflow import with_descendants

PARENTS = {
    "split": set[str](),
    "pretrain@a": {"split"},
    "pretrain@b": {"split"},
    "head@a-1": {"split", "pretrain@a"},
    "report": {"head@a-1", "pretrain@b"},
}


@pytest.mark.parametrize(
    ("changed", "runs"),
    [
        (set(), set()),
        ({"report"}, {"report"}),
        ({"pretrain@b"}, {"pretrain@b", "report"}),
        ({"pretrain@a"}, {"pretrain@a", "head@a-1", "report"}),
        ({"split"}, set(PARENTS)),
        ({"head@a-1", "pretrain@b"}, {"head@a-1", "pretrain@b", "report"}),
    ],
)
def test_what_runs(changed: set[str], runs: set[str]) -> None:
    assert with_descendants(PARENTS, changed) == runs
