"""The copy that a study runs in; a real run is in tests/pipeline."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from dvc.config import Config
from projects import CHECKOUT

from semisup.params.loading import Params
from semisup.studies import run
from semisup.studies.overlay import Study
from semisup.workflow.errors import UserError

COPY = Path(".studies/one")
Make = Callable[..., Params]


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of code and settings as little as there can be."""
    for name in ("src/semisup", "stages", ".dvc", "data/raw", "data/head", "studies"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("src/semisup/a.py", "stages/b.py", "dvc.yaml", ".dvcignore", ".dvc/config"):
        (tmp_path / name).write_text("1")
    (tmp_path / "data/head/.gitkeep").touch()
    shutil.copy2(CHECKOUT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "_cache", lambda: "/the/cache")


def study(*raw: str) -> Study:
    return Study(title="t", needs="get it there", raw=[*raw], params={}, quick={"draws": 1})


def test_code_is_renewed_and_results_stay() -> None:
    run._copy_workflow(COPY)
    assert "dir = /the/cache" in (COPY / ".dvc/config.local").read_text()
    assert (COPY / "data/head/.gitkeep").exists()
    (COPY / "data/head/random-4").mkdir()
    (COPY / "dvc.lock").write_text("what ran")
    Path("src/semisup/a.py").rename("src/semisup/c.py")
    Path("src/semisup/__pycache__").mkdir()
    run._copy_workflow(COPY)
    assert [*(COPY / "src/semisup").iterdir()] == [COPY / "src/semisup/c.py"]
    assert (COPY / "data/head/random-4").exists()
    assert (COPY / "dvc.lock").read_text() == "what ran"


@pytest.mark.parametrize("folder", ["/the/C#", "/of, two", "/a 'b'", "/\u00e4"])
def test_dvcs_cache_may_lie_in_any_folder(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_cache", lambda: folder)
    Path(".dvc/config").write_text("")
    run._copy_workflow(COPY)
    read = Config(str(COPY / ".dvc"))
    assert (read["cache"]["dir"], read["core"]["no_scm"]) == (folder, True)


def test_raw_files_take_no_room_and_others_are_left_out(make_params: Make) -> None:
    Path("data/raw/set/deep").mkdir(parents=True)
    for name in ("one.zip", "two.zip", "set/deep/a.png"):
        Path("data/raw", name).write_text(name)
    for _ in range(2):  # again, as after an interruption
        run._link_raw(run._raw_files(study("one.zip", "set"), make_params({})), COPY)
        there = {str(p.relative_to(COPY)) for p in COPY.rglob("*") if p.is_file()}
        assert there == {"data/raw/one.zip", "data/raw/set/deep/a.png"}
    for name in there:
        assert Path(name).samefile(COPY / name)


def test_where_files_are_links_themselves(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.zip").write_text("images")
    Path("data/raw/one.zip").symlink_to(tmp_path / "elsewhere.zip")
    run._link_raw(["one.zip"], COPY)
    assert (COPY / "data/raw/one.zip").read_text() == "images"
    assert not (COPY / "data/raw/one.zip").is_symlink()


def test_what_is_missing(make_params: Make) -> None:
    with pytest.raises(UserError, match=r"^data/raw/one\.zip: not there; get it there$"):
        run._raw_files(study("one.zip"), make_params({"data.source": "folder"}))
    downloads = make_params({"data.source": "torchvision"})
    assert run._raw_files(study("CIFAR10"), downloads) == [], "it is downloaded there"


def test_settings_that_are_wrong_name_the_study() -> None:
    Path("studies/bad.yaml").write_text(
        "title: t\nneeds: n\nparams: {head: {lr: fast}}\nquick: {draws: 1}\n"
    )
    with pytest.raises(UserError, match=r"^studies/bad\.yaml, over params\.yaml: head\.lr: ") as e:
        run.study("bad", quick=False)
    assert "\n" not in str(e.value)
    assert not Path(".studies").exists()


def test_a_study_without_its_images_leaves_no_copy() -> None:
    Path("studies/far.yaml").write_text(
        "title: t\nneeds: get it\nraw: [far.zip]\nparams: {}\nquick: {draws: 1}\n"
    )
    with pytest.raises(UserError, match=r"^data/raw/far\.zip: not there; get it$"):
        run.study("far", quick=True)
    assert not Path(".studies").exists()
