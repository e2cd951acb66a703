"""A look into learners, for tests of those who make them."""

from semisup.classify.learner import CrossEntropy, Learner


def cross_entropy_of(learner: Learner) -> CrossEntropy:
    """What a learner minimises, where that is a cross-entropy."""
    assert isinstance(learner.objective, CrossEntropy)
    return learner.objective
