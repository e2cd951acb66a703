"""Names of raw files that DVC can't take are said before it runs."""

import os
from pathlib import Path

import pytest

from semisup.cli.raw_files import check_names
from semisup.workflow.errors import UserError


@pytest.fixture(autouse=True)
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/raw/caf\u00e9").mkdir(parents=True)
    (tmp_path / "data/raw/caf\u00e9/1.png").write_bytes(b"")
    return tmp_path / "data/raw"


def test_good_names(raw: Path) -> None:
    (raw / "link.png").symlink_to("caf\u00e9/1.png")
    check_names()


def test_hidden_files_are_none_of_dvcs(raw: Path) -> None:
    """As the lock of Emacs is a link to nowhere."""
    (raw / ".#labels.csv").symlink_to("user@host.123")
    (raw / ".cache").mkdir()
    (raw / ".cache/gone.png").symlink_to("nowhere.png")
    check_names()


@pytest.mark.parametrize("name", [b"caf\xe9.png", b"\xff"])
def test_names_that_are_no_unicode(raw: Path, name: bytes) -> None:
    (raw / os.fsdecode(name)).write_bytes(b"")
    with pytest.raises(UserError, match="the name is not UTF-8") as error:
        check_names()
    assert repr(name)[2:-1] in str(error.value)
    assert str(error.value).encode()


def test_a_link_that_leads_nowhere(raw: Path) -> None:
    (raw / "gone.png").symlink_to("nowhere.png")
    with pytest.raises(UserError, match=r"data/raw/gone\.png: a link that leads nowhere"):
        check_names()
