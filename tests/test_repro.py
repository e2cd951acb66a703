"""Which stages run, and in which order dvc.lock has them; real runs are in tests/pipeline."""

import pytest

from semisup.repro import in_order, with_descendants

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


def block(name: str) -> str:
    return f"  {name}:\n    cmd: run {name}\n    deps:\n    - path: {name}:\n      size: 1\n"


@pytest.mark.parametrize(
    ("names", "order", "expected"),
    [
        ("abc", "abc", "abc"),
        ("cab", "abc", "abc"),
        ("cab", ["b", "b", "a"], "bac"),
        ("", "abc", ""),
    ],
)
def test_order_of_the_lock(names: str, order: list[str], expected: str) -> None:
    head = "schema: '2.0'\nstages:\n"
    lock = head + "".join(map(block, names))
    assert in_order(lock, order) == head + "".join(map(block, expected))


def test_matrix_stages_keep_their_names() -> None:
    lock = "stages:\n" + block("head@a-16") + block("head@a-1")
    assert in_order(lock, ["head@a-1", "head@a-16"]) == (
        "stages:\n" + block("head@a-1") + block("head@a-16")
    )
