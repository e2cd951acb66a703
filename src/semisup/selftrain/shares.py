"""How frequent each class is in the pool, as far as labelled images tell.

A classifier mixes classes up in ways that validation shows: its mean prediction over the pool is
what these make of the classes' shares there, which can be solved for. Lipton et al., ICML 2018
(black box shift estimation, arXiv 1802.03916), with soft predictions, drawn towards equal shares.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

# of equal shares; it decides where the classifier can hardly tell the classes apart
PRIOR_STRENGTH = 0.01

Floats = NDArray[np.float64]


def estimated_shares(known: Floats, labels: NDArray[np.int64], pool: Floats) -> Floats:
    """Shares (classes,) with the sum 1.

    Args:
        known: probabilities (n, classes) that a classifier gives to images with labels.
        labels: (n,) their classes.
        pool: (m, classes), what it gives to images of the pool.
    """
    classes = known.shape[1]
    equal = np.full(classes, 1 / classes)
    # column c: what it says on average of images of class c; of a class without images, just that
    confusion = np.eye(classes)
    for label in np.unique(labels):
        confusion[:, label] = known[labels == label].mean(axis=0)
    system = np.concatenate([confusion, np.sqrt(PRIOR_STRENGTH) * np.eye(classes)])
    shares, _ = nnls(system, np.concatenate([pool.mean(axis=0), np.sqrt(PRIOR_STRENGTH) * equal]))
    found: Floats = shares / shares.sum()
    return found
