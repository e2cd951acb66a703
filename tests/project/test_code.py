"""Hashes of the package's files."""

import hashlib
from pathlib import Path

import pytest

from semisup.project import code
from semisup.workflow.errors import UserError


def test_a_hash_of_each_file_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").touch()
    code.write()
    package = Path(code.__file__).parents[1]
    noted = code.FOLDER / "report/page/page.css"
    expected = hashlib.sha256((package / "report/page/page.css").read_bytes()).hexdigest()
    assert noted.read_text() == f"{expected}\n"
    there = {path.relative_to(code.FOLDER) for path in code.FOLDER.rglob("*.py")}
    ours = {path.relative_to(package) for path in package.rglob("*.py")}
    assert ours <= there
    assert Path("stages/prepare.py") in there


def test_another_version_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").touch()
    assert not code.has_changed()  # no project of one's own
    code.write()
    (code.FOLDER / ".DS_Store").write_bytes(b"\x00\x00\x00\x01Bud1\xff")  # of macOS
    assert not code.has_changed()
    (code.FOLDER / "report/page/page.css").write_text("of another version\n")
    assert code.has_changed()


def test_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        UserError, match=r"^params\.yaml: no such file; run this in the project's top"
    ):
        code.write()
    assert not [*tmp_path.iterdir()]
