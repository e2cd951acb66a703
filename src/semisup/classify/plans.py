"""How long and how fast a section of params.yaml says to train a classifier."""

from semisup.params.recipes import Recipe, Recipes, Selftrain
from semisup.training.loop import Plan


def plans_of(recipe: Recipe | Recipes | Selftrain) -> list[Plan]:
    """One for each learning rate."""
    if isinstance(recipe, Selftrain):
        size, updates = recipe.pool_batch, recipe.updates
        return [Plan(recipe.lr, recipe.weight_decay, size, 0, updates, by_update=True)]
    rates = recipe.lr if isinstance(recipe, Recipes) else [recipe.lr]
    size, epochs, least = recipe.batch_size, recipe.epochs, recipe.min_updates
    return [Plan(rate, recipe.weight_decay, size, epochs, least) for rate in rates]
