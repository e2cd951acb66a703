"""How good is what was chosen, by examples that had no say in the choice?

The best of many scores is too high. So each half of the held-out examples chooses weights that the
other half judges, by turns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Half(NamedTuple):
    """Figure of merit and loss on one half of the held-out examples."""

    merit: float
    loss: float

    @property
    def rank(self) -> tuple[float, float]:
        """By which the best is chosen: the higher merit; of equal merits the lower loss."""
        return self.merit, -self.loss


@dataclass(frozen=True)
class Turn:
    """The best weights on one half, and the merit of the same weights on the other."""

    chosen: Half
    judged: float


Turns = tuple[Turn, ...]  # of each half, or none


def first(halves: Sequence[Half]) -> Turns:
    """What each half chooses where there is one candidate; halves: two, or none."""
    return tuple(Turn(half, other.merit) for half, other in zip(halves, halves[::-1], strict=True))


def best(one: Turns, other: Turns) -> Turns:
    """What each half chooses of the two; of equal ones the first."""
    return (
        tuple(b if b.chosen.rank > a.chosen.rank else a for a, b in zip(one, other, strict=True))
        if one
        else other
    )


def judged(turns: Turns) -> list[float]:
    """What the other halves say."""
    return [turn.judged for turn in turns]
