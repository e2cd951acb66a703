"""Where images come from."""

from pathlib import Path

import pytest

from semisup.report.sources import sources_of
from semisup.workflow import outputs
from semisup.workflow.errors import UserError


def test_paths_by_position(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outputs.PREPARED.mkdir(parents=True)
    names = ["a.png", "b, of two\nlines.png", "c.zip/d.png", "e.png"]
    rows = [[number, name] for number, name in enumerate(names)]
    outputs.write_rows(outputs.PREPARED / outputs.MANIFEST, ["id", "source"], rows)
    assert sources_of([2, 1, 2]) == ["c.zip/d.png", names[1], "c.zip/d.png"]
    assert sources_of([]) == []


def test_a_manifest_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"^data/prepared/manifest\.csv: not there yet; run `dvc"):
        sources_of([0])
