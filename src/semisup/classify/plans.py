"""How long and how fast a section of params.yaml says to train a classifier."""

import math

from semisup.params.recipes import Finetune, Recipe, Recipes, Selftrain
from semisup.training.loop import Plan

# Where others trained the encoder: its batch norm stays as it is, so it keeps no updates in bounds.
# On CIFAR-10 most gradients were 15 to 20 long; one of three draws began with 57, and ran away
MAX_GRAD_NORM = 5.0


def plans_of(
    recipe: Recipe | Recipes | Selftrain, images: int, borrowed: bool = False
) -> list[Plan]:
    """One for each learning rate.

    Args:
        recipe: the section.
        images: labelled ones to train on.
        borrowed: whether others trained the encoder.
    """
    pace, max_norm = 1.0, math.inf
    if borrowed and isinstance(recipe, Finetune | Selftrain):
        pace, max_norm = recipe.lr_if_borrowed, MAX_GRAD_NORM
    if isinstance(recipe, Selftrain):
        rate, size, updates = _rounded(recipe.lr * pace), recipe.pool_batch, recipe.updates
        decay = recipe.weight_decay
        return [Plan(rate, decay, size, 0, updates, by_update=True, max_grad_norm=max_norm)]
    if isinstance(recipe, Recipes):
        rates, decay = recipe.lr, recipe.decay_for(images)
    else:
        rates, decay = [recipe.lr], recipe.weight_decay
    size, epochs, least = recipe.batch_size, recipe.epochs, recipe.min_updates
    return [
        Plan(_rounded(rate * pace), decay, size, epochs, least, max_grad_norm=max_norm)
        for rate in rates
    ]


def _rounded(rate: float) -> float:
    """0.05 times 0.1 is 0.005, not 0.005000000000000001."""
    return float(f"{rate:.9g}")
