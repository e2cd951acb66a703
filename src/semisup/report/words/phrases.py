"""Numbers in words, as tables, figures and the summary show them."""

import math

from semisup.report.findings.forecast import Guess
from semisup.workflow.notes import counted


def labels(per_class: object) -> str:
    """A label budget, or several."""
    several = [*per_class] if isinstance(per_class, list) else [per_class]
    return f"{', '.join(map(str, several))} label{'' if several == [1] else 's'} per class"


def points(share: float) -> str:
    """A difference of accuracies in points, with its sign."""
    return f"{round(100 * share, 1) + 0.0:+.1f}"  # adding zero makes -0.0 positive


def plus_minus(half: float) -> str:
    """Half an interval in points; nothing where it is NaN."""
    return "" if math.isnan(half) else f"±{100 * half:.1f}"


def with_interval(mean: float, half: float) -> str:
    """A share in percent; where its interval would reach below 0 or above 100, its two ends."""
    around = interval(mean, half)
    return f"{100 * mean:.1f}{' ' if around.startswith('(') else ''}{around}"


def interval(mean: float, half: float) -> str:
    """Of a share in percent: ±2.8, or its two ends where it would reach below 0 or above 100."""
    if mean - half < 0 or mean + half > 1:
        low, high = max(mean - half, 0), min(mean + half, 1)
        return f"({100 * low:.0f}-{100 * high:.0f})"
    return plus_minus(half)


def between(guess: Guess) -> str:
    """86.6 (83.3 to 89.8): a share in percent with both ends of its interval."""
    return f"{100 * guess.middle:.1f} ({100 * guess.low:.1f} to {100 * guess.high:.1f})"


def about(number: float) -> str:
    """1.2, 5, 120: so many digits that few labels are not taken for fewer, or for more."""
    return f"{number:.2g}" if number < 3 else f"{number:.0f}"


def short_count(number: int) -> str:
    """At most five characters: 864, 12.3k, 864k, 1.2M; "-" for none."""
    if number < 1000:
        return str(number) if number else "-"
    value, unit = number / 1000, "k"
    for larger in "MGT":
        if value >= 999.5:
            value, unit = value / 1000, larger
    return f"{value:.0f}{unit}" if value >= 99.95 else f"{value:.1f}{unit}"


def sentence(text: str) -> str:
    """With a capital letter."""
    return text[:1].upper() + text[1:]


def level(confidence: float) -> str:
    """95%, and 99.9% as such."""
    return f"{100 * confidence:.8g}%"


def what_is_shown(draws: int, confidence: float) -> str:
    """What markers and error bars of a figure are."""
    return f"mean and {level(confidence)} interval over {draws} draws" if draws > 1 else "one draw"


_SHOWN = (
    *(labels, points, plus_minus, interval, between, counted, about, short_count, sentence, level),
)
FILTERS = {each.__name__: each for each in _SHOWN}  # of the templates
