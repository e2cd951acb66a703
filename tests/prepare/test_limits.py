"""What may be lost, and where it counts."""

from pathlib import Path

import pytest

from semisup.prepare.limits import Tally, check_limits, warn_of_lost
from semisup.prepare.records import Meant, Record, Rejected
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes

HERE = Path("list.csv")


def tally(
    kept: dict[str, int], lost: dict[str, int], pool: int = 0
) -> tuple[Tally, list[Rejected]]:
    """Of labelled images by class, and unlabelled ones."""
    found = Tally()
    for label, count in kept.items():
        for number in range(count):
            found.keep(Record(f"{label}/{number}", label))
    for number in range(pool):
        found.keep(Record(str(number), None))
    rejected = [
        Rejected(f"{label}/{number}.heic", "no", "labelled", label)
        for label, count in lost.items()
        for number in range(count)
    ]
    for item in rejected:
        found.lose(item)
    return found, rejected


@pytest.mark.parametrize(
    ("kept", "lost", "said"),
    [
        ({"cat": 50, "dog": 50}, {"cat": 6}, "6 of 106 labelled files"),
        ({"cat": 100, "dog": 10}, {"dog": 2}, "2 of 12 files of class 'dog'"),
        ({"cat": 100}, {"dog": 3}, "3 of 3 files of class 'dog'"),
        ({"cat": 100}, {"dog": 1}, "1 of 1 files of class 'dog'"),
        ({"cat": 100, "dog": 10}, {"dog": 1}, ""),
        ({"cat": 100, "dog": 100}, {"cat": 5, "dog": 5}, ""),
    ],
)
def test_limits_of_labelled_files(kept: dict[str, int], lost: dict[str, int], said: str) -> None:
    """However many unlabelled ones there are."""
    found, rejected = tally(kept, lost, pool=10_000)
    if not said:
        check_limits(found, 0.05, rejected, HERE)
        return
    with pytest.raises(
        UserError, match=f"^data.max_rejected_fraction: {said} can't be used"
    ) as error:
        check_limits(found, 0.05, rejected, HERE)
    assert "\n" not in str(error.value)
    assert "heic: no; all are listed in list.csv" in str(error.value)


@pytest.mark.parametrize("meant", ["validation", "test", "unlabelled"])
def test_limits_of_other_files(meant: Meant) -> None:
    found, _ = tally({"cat": 1000}, {})
    rejected = [Rejected("x", "no", meant)]
    found.lose(rejected[0])
    with pytest.raises(UserError, match=f"1 of 1 {meant} files can't be used"):
        check_limits(found, 0.05, rejected, HERE)


def test_what_lies_aside_counts_for_nothing() -> None:
    found, _ = tally({"cat": 1}, {})
    aside = [Rejected("notes.txt", "no", "aside"), Rejected("gone.png", "no", "row")]
    for item in aside:
        found.lose(item)
    check_limits(found, 0.0, aside, HERE)


def test_a_class_that_is_gone_is_named() -> None:
    found, rejected = tally({"cat": 100}, {"dog": 3})
    check_limits(found, 1.0, rejected, HERE)
    notes = Notes()
    warn_of_lost(found, rejected, notes)
    assert any("3 labelled files left out (first: dog/0.heic: no)" in line for line in notes.lines)
    assert "classes of which no image is left: 'dog'" in notes.lines
    assert found.classes() == [("cat", 100, 0, 0, 0), ("dog", 0, 0, 0, 3)]
