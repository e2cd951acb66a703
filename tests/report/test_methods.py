from pathlib import Path

import pytest

from semisup.report.methods import BASELINE, METHODS, POOL_ALONE, Way, ways


@pytest.mark.parametrize(
    ("way", "series", "words", "folder"),
    [
        (BASELINE, "supervised", "supervised training", "data/supervised/4"),
        (
            *(POOL_ALONE, "selftrain_baseline", "self-trained without pretraining"),
            "data/selftrain/none-4",
        ),
        (Way("head", "gan"), "head (gan)", "gan, frozen", "data/head/gan-4"),
        (Way("finetune", "gan"), "finetune (gan)", "gan, fine-tuned", "data/finetune/gan-4"),
    ],
)
def test_names_and_folder(way: Way, series: str, words: str, folder: str) -> None:
    assert (way.series, way.words, way.folder(4)) == (series, words, Path(folder))


def test_all_methods_of_each_task_are_compared() -> None:
    assert ways([]) == [BASELINE]
    assert [way.series for way in ways(["gan", "random"])] == [
        *("supervised", "head (gan)", "spread (gan)", "finetune (gan)", "selftrain (gan)"),
        *("head (random)", "spread (random)", "finetune (random)", "selftrain (random)"),
    ]
    assert {way.method for way in ways(["gan"])} == set(METHODS) - {POOL_ALONE.method}, "a control"


def test_each_method_has_a_colour_of_its_own() -> None:
    """Where tasks are compared, methods differ by nothing else."""
    colors = [method.color for method in METHODS.values()]
    assert len({*colors}) == len(colors)
