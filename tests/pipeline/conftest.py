from pathlib import Path

import pytest
from projects import Project, finished_once


@pytest.fixture(scope="session")
def finished_stubs(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """As `finished`, but its stages only pretend to work: for tests of what DVC runs when."""
    return finished_once(tmp_path_factory.getbasetemp(), worker_id, "stubs", stubs=True)


@pytest.fixture
def stubs(finished_stubs: Project, tmp_path: Path) -> Project:
    """A copy of the project of stubs, with its cache and history, to change at will."""
    return finished_stubs.copy(tmp_path)
