"""What tests of the whole report share."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from left_behind import made_data

from semisup.model import templates
from semisup.report.words import summary

of_templates = cache(templates.environment)


@pytest.fixture(scope="module", autouse=True)
def _templates_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "environment", of_templates)
        patch.setattr(summary, "environment", of_templates)
        yield


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the working one, whose data/ is as four tasks leave it behind.

    Classifiers are no real ones there, hence what they answer is made up too.
    """
    return made_data(tmp_path, monkeypatch)
