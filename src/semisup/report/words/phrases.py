"""Phrases that several parts of the report use."""


def labels(per_class: object) -> str:
    """A label budget."""
    return f"{per_class} label{'' if per_class == 1 else 's'} per class"


def points(share: float) -> str:
    """A difference of accuracies in points, with its sign."""
    return f"{round(100 * share, 1) + 0.0:+.1f}"  # adding zero makes -0.0 positive


def what_is_shown(draws: int, confidence: float) -> str:
    """What markers and error bars of a figure are."""
    return f"mean and {confidence:.0%} interval over {draws} draws" if draws > 1 else "one draw"
