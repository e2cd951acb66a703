"""What the summary says of choosing the images to label."""

from made_up import chosen, facts, results
from sections import section

ONE = ["rotation"]


def of_choosing(ahead: dict[int, float], draws: tuple[float, ...] = (-0.01, 0.0, 0.01)) -> str:
    many = {"test": 10**12}  # images, whose choice makes no noise
    known = facts(ONE, split=many, chosen=chosen("rotation", ahead, draws))
    return section("Choosing the images to label", results(ONE), known)


def test_choosing_that_pays() -> None:
    assert (
        of_choosing({1: 0.2, 4: 0.01, 8: -0.1})
        == """\
**Does it pay to choose them?** Yes, by more than the noise with 3 labels (95% confidence for \
all budgets together): +20.0 points at best, with 3. Accuracy is lower by more than the noise with \
24 labels. Typical images, from as many clusters of the frozen features of rotation as \
there are labels, or as `choose.most_clusters` allows, are compared with random ones.

Top-1 accuracy on test in % of a head on frozen features, by labels in all; the gain in points; \
and how many of the 3 classes have a label:

labels |   random |  typical |      gain | classes, random | classes, typical
-----: | -------: | -------: | --------: | --------------: | ---------------:
     3 | 40.0±2.5 | 60.0±5.0 | +20.0±2.5 |             2.0 |              3.0
    12 | 40.0±2.5 | 41.0±5.0 |  +1.0±2.5 |             2.0 |              3.0
    24 | 40.0±2.5 | 30.0±5.0 | -10.0±2.5 |             2.0 |              3.0"""
    )


def test_choosing_that_does_not_pay() -> None:
    assert "Not by more than the noise over draws: +1.0 points at best, with 12 labels." in (
        of_choosing({1: -0.01, 4: 0.01})
    )


def test_choosing_with_a_single_draw() -> None:
    said = of_choosing({1: 0.2, 4: 0.01}, (0.0,))
    assert "A single draw cannot tell: +20.0 points at best, with 3 labels." in said
    assert "40.0 |" in said
