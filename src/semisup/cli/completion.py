"""What the shell proposes for the value of an option, where the user presses Tab."""

from collections.abc import Iterable
from contextlib import suppress


def studies(incomplete: str) -> list[str]:
    """Files of studies/, without .yaml."""
    from semisup.studies.overlay import names

    return _beginning(incomplete, names())


def methods(incomplete: str) -> list[str]:
    """Methods whose classifiers `predict` uses: a control is none."""
    from semisup.report.methods import METHODS, SELFTRAIN_BASELINE

    return _beginning(incomplete, (name for name in METHODS if name != SELFTRAIN_BASELINE.name))


def tasks(incomplete: str) -> list[str]:
    """Tasks of params.yaml that begin as typed."""
    return _of_params("pretext_tasks", incomplete)


def budgets(incomplete: str) -> list[str]:
    """Label budgets of params.yaml that begin as typed."""
    return _of_params("label_budgets", incomplete)


def _of_params(key: str, incomplete: str) -> list[str]:
    from semisup.params.loading import load
    from semisup.workflow.errors import UserError

    with suppress(UserError, OSError):  # no project, or settings that can't be read: no proposals
        return _beginning(incomplete, map(str, getattr(load(), key)))
    return []


def _beginning(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
