"""Where the gain comes from, in words."""

from made_up import facts, results
from sections import section

TASKS = ["rotation", "random", "pixels"]


def test_steps_stand_in_a_table() -> None:
    text = section("Pretraining by rotation", results(TASKS), facts(TASKS))
    table = text.split("**Where does the gain come from?** ")[1].split("\n\n")[1]
    assert table.splitlines() == [
        "labels per class    |        1 |        4 |       16",
        "------------------- | -------: | -------: | -------:",
        "pixels              | 36.0±2.5 | 56.0±2.5 | 76.0±2.5",
        "untrained encoder   | +2.0±0.0 | +2.0±0.0 | +2.0±0.0",
        "encoder of rotation | +2.0±0.0 | +2.0±0.0 | +2.0±0.0",
        "fine-tuning         | +2.0±0.0 | +2.0±0.0 | +2.0±0.0",
    ]


def test_no_accuracy_is_said_to_reach_above_100() -> None:
    table = results(TASKS, draws=(-0.1, 0.1))
    text = section("Pretraining by rotation", table, facts(TASKS))
    assert "pixels              | 36.0 (0-100) | 56.0 (0-100) | 76.0 (0-100)" in text


def test_pixels_are_said_to_be_a_control() -> None:
    text = section("The other tasks", results(TASKS), facts(TASKS))
    assert "- **pixels**: no pretraining on the pool (a control); " in text


def test_without_controls_nothing_is_said() -> None:
    text = section("Pretraining by rotation", results(["rotation"]), facts(["rotation"]))
    assert "Where does the gain" not in text
