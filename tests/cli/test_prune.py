"""Results that nothing asks for go; what the user has changed stays."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from dvc.repo import Repo

from semisup.cli import workflow
from semisup.cli.prune import prune
from semisup.workflow.errors import UserError

STAGES = """
stages:
  head:
    foreach: BUDGETS
    do:
      cmd: mkdir -p data && echo ${item} > data/out-${item}
      outs:
        - data/out-${item}
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repo]:
    monkeypatch.chdir(tmp_path)
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("a", "b"):
        (photos / name).write_text(name)
    with Repo.init(no_scm=True) as made:
        made.add("photos")
        yield made


def ask_for(*budgets: int) -> None:
    Path("dvc.yaml").write_text(STAGES.replace("BUDGETS", str([*budgets])))


def there() -> set[str]:
    return {path.name for path in Path("data").glob("out-*")}


def test_results_of_a_budget_that_is_gone_go(repo: Repo) -> None:
    ask_for(1, 2)
    repo.reproduce()
    prune()
    assert there() == {"out-1", "out-2"}
    ask_for(2)
    prune()
    assert there() == {"out-2"}


def test_files_in_dvc_that_were_changed_stay_so(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    """And are not restored: a mended label is a moved file."""
    ask_for(1)
    repo.reproduce()
    prune()
    Path("photos/a").rename("photos/c")
    Path("photos/b").unlink()
    prune()
    assert [path.name for path in Path("photos").iterdir()] == ["c"]
    assert "photos: changed since `dvc add`, and stays so" in capsys.readouterr().err
    repo.add("photos")
    ask_for()
    prune()
    assert not there()
    assert [path.name for path in Path("photos").iterdir()] == ["c"]


@pytest.mark.parametrize("own", ["photos", "data/raw/photos", "data/labels/filled.csv"])
def test_files_that_are_in_dvc_no_more_stay(repo: Repo, own: str) -> None:
    """After `dvc remove`, and on a branch from before `dvc add`."""
    ask_for(1)
    Path(own).parent.mkdir(parents=True, exist_ok=True)
    if own != "photos":
        Path(own).write_text("mine")
        repo.add(own)
    repo.reproduce()
    repo.remove(f"{own}.dvc")
    ask_for()
    prune()
    assert not there()
    assert Path(own).exists()


@pytest.mark.parametrize("text", ["stages: [", "stages: 1"])
def test_what_is_wrong_with_dvc_yaml_is_for_others_to_say(repo: Repo, text: str) -> None:
    Path("dvc.yaml").write_text(text)
    prune()
    assert Path("photos/a").exists()


def test_it_is_run_in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"^dvc\.yaml: no such file; run this in"):
        prune()


def test_results_that_are_not_there_yet_are_no_matter(
    repo: Repo, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    ask_for(1)
    repo.reproduce()
    ask_for(1, 2)
    caplog.clear()
    prune()
    assert not caplog.records
    assert capsys.readouterr().err == ""


def test_databases_of_no_use_are_named(repo: Repo, tmp_path: Path) -> None:
    """DVC would end by `unexpected error - file is not a database`."""
    with Path(".dvc/config").open("a") as config:
        config.write(f"    site_cache_dir = {tmp_path}/site\n")
    with Repo() as other:
        folder = Path(other.site_cache_dir)
    for database in folder.rglob("cache.db"):
        database.write_text("no database")
    ask_for(1)
    with pytest.raises(UserError, match=rf"^{tmp_path}/site: .*not a database\); unlock") as raised:
        prune()
    assert "\n" not in str(raised.value)
    with pytest.raises(UserError, match=rf"^{tmp_path}/site: "):
        workflow.read()
    shutil.rmtree(tmp_path / "site")
    prune()
    assert "head@1" in workflow.read().order
