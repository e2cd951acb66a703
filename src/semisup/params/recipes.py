"""The sections of params.yaml that say how classifiers are trained."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from semisup.params.base import (
    BelowOne,
    Count,
    CountOrZero,
    Fraction,
    NotNegative,
    Positive,
    Section,
    Share,
    TwoOrMore,
)
from semisup.params.data_sections import Views

CONTROL_METHOD = "selftrain_baseline"  # of control_budgets
WHOLE_NETWORK = ("finetune", "selftrain")  # methods of the tasks in finetune_tasks alone


class Schedule(Section):
    """How long to train, and all else but how fast; see `semisup.training.loop`."""

    weight_decay: NotNegative
    batch_size: TwoOrMore
    epochs: Count
    min_updates: CountOrZero
    label_smoothing: BelowOne


class Recipe(Schedule):
    """How long and how fast to train."""

    lr: Positive


def _listed(values: Any) -> Any:
    """A single number stands for a list of one, as `dvc exp run -S finetune.lr=0.01` gives it."""
    return [values] if type(values) in (int, float) else values


class Recipes(Schedule):
    """One for each learning rate; validation chooses among them, for each draw."""

    lr: Annotated[list[Positive], Field(min_length=1), BeforeValidator(_listed)]
    decay_images: Count

    def decay_for(self, images: int) -> float:
        """The weight decay with so many labelled images.

        It is a prior, and the loss is a mean over images: with more of them a prior counts for less
        (as the penalty of ridge regression, written with a mean, falls by their number).
        """
        return self.weight_decay * min(1.0, self.decay_images / images)


class Head(Recipe):
    """Fully connected layers on frozen features; see `semisup.head`."""

    hidden: list[Count]
    dropout: BelowOne
    patience: Count


class Spread(Recipe):
    """Labels spread over the pool; see `semisup.spread`."""

    power: Positive
    alpha: Share
    rounds: Count
    balance: Fraction


class Choose(Section):
    """Which images to label; see `semisup.choose`."""

    budgets: list[Count]
    draws: Annotated[int, Field(ge=1, le=100)]
    most_clusters: Count


class Finetune(Recipes):
    """Encoder and head together; see `semisup.finetune`."""

    lr_if_borrowed: Positive
    start: Literal["spread", "head", "random_head"]
    patience: Count


class Selftrain(Section):
    """Labelled and pool images together; see `semisup.selftrain`."""

    lr: Positive
    lr_if_borrowed: Positive
    weight_decay: NotNegative
    batch_size: Count
    pool_batch: TwoOrMore
    updates: Count
    label_smoothing: BelowOne
    pool_weight: NotNegative
    average: BelowOne
    align: Literal["estimated", "labels", "uniform", "none"]
    views: Views


class Supervised(Recipes):
    """The baseline; see `semisup.supervised`."""

    layer: str
    pool: Count
    hidden: list[Count]
    dropout: BelowOne
