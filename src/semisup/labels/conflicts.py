"""Equal images that labels contradict each other on."""

import numpy as np
from numpy.typing import NDArray


def conflicting(labels: NDArray[np.integer], same_as: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(N,) labelled images that equal one of another class."""
    at = np.flatnonzero(labels >= 0)
    low = np.full(len(labels), np.iinfo(np.int64).max)
    high = np.full(len(labels), -1)
    np.minimum.at(low, same_as[at], labels[at])
    np.maximum.at(high, same_as[at], labels[at])
    found: NDArray[np.bool_] = (labels >= 0) & (low[same_as] < high[same_as])
    return found
