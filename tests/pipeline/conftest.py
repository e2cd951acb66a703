from pathlib import Path

import pytest
from projects import Project, new_project


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose whole workflow has run and is committed. Only to be read and copied."""
    project = new_project(tmp_path_factory.mktemp("finished") / "project")
    project.dvc("repro")
    project.commit("Results")
    return project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished project, with its cache and history, to change at will."""
    return finished.copy(tmp_path)
