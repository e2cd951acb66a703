"""What tests of the whole report share."""

from pathlib import Path

import pytest
from left_behind import write_data


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the working one, whose data/ is as four tasks leave it behind."""
    monkeypatch.chdir(tmp_path)
    write_data()
    return tmp_path
