"""What tests of the whole report share."""

from pathlib import Path

import pytest
from left_behind import trusts, write_data

from semisup.report import trust


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the working one, whose data/ is as four tasks leave it behind.

    Classifiers are no real ones there, hence what they answer is made up too.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(trust, "of_way", lambda way, budgets, *_: trusts(budgets))
    write_data()
    return tmp_path
