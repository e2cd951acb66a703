"""`semisup init`: the project is whole, or there is none and one line says why."""

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from pictures import write_pictures

from semisup.params.loading import load
from semisup.project.make import Given, _bring, make
from semisup.workflow.errors import UserError


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Images in two folders, an archive's name, a table; names that DVC passes over."""
    monkeypatch.chdir(tmp_path)
    for folder in (".photos", "nas/@tmp"):
        Path(folder).mkdir(parents=True)
    Path(".t.csv").touch()
    write_pictures(Path("photos/deep"), 2)
    write_pictures(Path("other/photos"), 1)
    write_pictures(Path("cats"), 1)
    with zipfile.ZipFile("dogs.zip", "w") as stream:
        stream.write("cats/000.png", "000.png")
    Path("labels.csv").write_text("path,label\n000.png,a\n")
    return tmp_path


@pytest.mark.parametrize("git", [True, False])
def test_what_lies_in_a_project(git: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    said = make(Path("birds"), Given(["photos"], labels="labels.csv"), link=False, git=git)
    assert said.startswith("birds: made, with data/raw/photos, data/raw/labels.csv. Next:\n")
    root = Path("birds")
    assert (root / "data/raw/photos/deep/001.png").read_bytes() == Path(
        "photos/deep/001.png"
    ).read_bytes()
    assert not (root / "data/raw/photos").is_symlink()
    assert (root / ".git").is_dir() == git
    assert ("no_scm = true" in (root / ".dvc/config").read_text()) == (not git)
    assert not (root / "stages").exists(), "the code is no copy"
    code = [path.read_text() for path in root.rglob("*.py")]
    assert all(re.fullmatch("[0-9a-f]{64}\n", content) for content in code), "hashes alone"
    assert "# birds\n" in (root / "README.md").read_text()
    if git:
        assert (root / ".git/HEAD").read_text() == "ref: refs/heads/main\n"
        listing = ["git", "-C", "birds", "status", "--porcelain", "--untracked-files=all"]
        tracked = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
        assert "data/head/.gitkeep" in tracked
        assert "photos" not in tracked, "DVC's affair"
    monkeypatch.chdir(root)
    assert load().data.folder.labelled == ["data/raw/photos"]


def test_folders_that_may_be_classes_are_hinted_at_where_nothing_else_has_labels() -> None:
    write_pictures(Path("photos/shallow"), 1)
    hint = "photos holds folders (deep, shallow). Are"
    assert hint in make(Path("some"), Given(["photos"]), link=False, git=False)
    assert hint not in make(Path("more"), Given(["photos"], ["other"]), link=False, git=False)


def test_what_it_says_next_suits_a_shell() -> None:
    said = make(Path("my birds"), Given(), link=False, git=False)
    assert said.startswith("my birds: made. Next:\n  cd 'my birds'\n")


def test_links_in_place_of_copies() -> None:
    make(Path("birds"), Given(["photos"]), link=True, git=False)
    assert Path("birds/data/raw/photos").readlink() == Path("photos").resolve()


@pytest.mark.parametrize("link", [True, False])
def test_links_keep_their_names(link: bool) -> None:
    """Those into a cache, as DVC and Hugging Face's hub make them, lead to hashes."""
    for name, number in (("dogs.zip", "0a1b"), ("labels.csv", "2c3d")):
        Path(name).rename(number)
        Path(name).symlink_to(number)
    given = Given(labelled=["dogs.zip"], labels="labels.csv")
    assert "with data/raw/dogs.zip, data/raw/labels.csv." in make(Path("birds"), given, link, False)
    raw = Path("birds/data/raw")
    assert zipfile.ZipFile(raw / "dogs.zip").namelist() == ["000.png"]
    assert (raw / "labels.csv").read_bytes() == Path("2c3d").read_bytes()


def test_a_link_has_a_name_that_dvc_sees() -> None:
    write_pictures(Path(".photos"), 1)
    Path("mine").symlink_to(".photos")
    make(Path("birds"), Given(["mine"]), link=False, git=False)
    assert [path.name for path in Path("birds/data/raw/mine").iterdir()] == ["000.png"]


def test_git_that_cannot_begin(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("settings").write_text("no settings\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(place / "settings"))
    with pytest.raises(UserError, match=r"^git init: bad config line 1 .*add --no-git to do with"):
        make(Path("birds"), Given(), link=False, git=True)
    assert not Path("birds").exists()


@pytest.mark.parametrize("ignored", ["", "*", "new/", "data/", "metrics.json"])
def test_a_repository_around_it_keeps_it_unless_it_ignores_it(place: Path, ignored: str) -> None:
    subprocess.run(["git", "init", "--quiet"], check=True)
    Path(".gitignore").write_text(f"{ignored}\n")
    make(Path("new/birds"), Given(), link=False, git=True)
    assert Path("new/birds/.git").exists() == bool(ignored)
    assert "no_scm" not in Path("new/birds/.dvc/config").read_text()


WRONG = {
    "in its own images": (Given(["photos"]), "photos/new", "photos/new: lies in photos, whose"),
    "there already": (Given(), "photos", "photos: is there already; name a folder"),
    "no Unicode": (Given([os.fsdecode(b"\xe4")]), "new", "--images b'\\xe4': not UTF-8; rename it"),
    "no images": (Given(["none"]), "new", "--images none: no such folder or archive"),
    "no archive": (
        Given(["labels.csv"]),
        "new",
        "--images labels.csv: labels.csv is neither a folder nor",
    ),
    "an address": (Given(["https://x/a.zip"]), "new", "--images https://x/a.zip: no such folder"),
    "a device": (Given(labelled=["/dev/null"]), "new", "--labelled /dev/null: null is neither a"),
    "nothing": (Given(["photos", " "]), "new", "--images: one of them is empty; name a folder"),
    "braces": (Given(["photos"]), "ne{w}", "ne{w}: /"),
    "no class folders": (Given(labelled=["x"]), "new", "--labelled x: no such folder or archive"),
    "no table": (Given(["photos"], labels="x.csv"), "new", "--labels x.csv: no such file"),
    "a table of nothing": (Given(labels="labels.csv"), "new", "--labels labels.csv: of no images"),
    "a class each": (
        Given(labelled=["photos", "cats"]),
        "new",
        "--labelled cats: holds images, and no class folders: put all",
    ),
    "a class each, in a zip": (
        Given(labelled=["photos", "dogs.zip"]),
        "new",
        "--labelled dogs.zip: holds images, and no class folders: put all",
    ),
    "a hidden name": (
        Given([".photos"]),
        "new",
        "--images .photos: DVC passes over files and folders of that name; rename it, or name a",
    ),
    "a system's name": (
        Given(labelled=["nas/@tmp"]),
        "new",
        "--labelled nas/@tmp: DVC passes over",
    ),
    "a hidden table": (Given(["cats"], labels=".t.csv"), "new", "--labels .t.csv: DVC passes ov"),
    "one name twice": (
        Given(["photos", "other/photos"]),
        "new",
        "other/photos: photos has the same name; rename one of them",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_can_not_be(case: str, place: Path) -> None:
    given, target, message = WRONG[case]
    before = sorted(place.rglob("*"))
    with pytest.raises(UserError) as raised:
        make(Path(target), given, link=False, git=False)
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)
    assert sorted(place.rglob("*")) == before


def test_what_is_no_file_is_not_copied(place: Path) -> None:
    (place / "photos/dead.png").symlink_to("nowhere.png")
    make(Path("birds"), Given(["photos"]), link=False, git=False)
    assert not Path("birds/data/raw/photos/dead.png").is_symlink()
    assert Path("birds/data/raw/photos/deep/001.png").is_file()


def test_a_copy_that_fails_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(place.rglob("*"))
    monkeypatch.setattr("shutil.copytree", full)
    with pytest.raises(UserError, match=r"birds: can't be written: No space left on device"):
        make(Path("birds"), Given(["photos"]), link=False, git=False)
    assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize("given", ["photos", "dogs.zip"])
def test_what_may_not_be_read_is_named(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the project, which could be written."""

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("copy2", "copytree"):
        monkeypatch.setattr(shutil, name, denied)
    monkeypatch.setattr(os, "scandir", denied)
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(UserError, match=rf"^{given}: can't be read: Permission denied; allow it"):
        _bring(Path(given), Path("raw"), link=False)


def test_a_link_back_to_where_it_lies_is_not_followed(place: Path) -> None:
    (place / "photos/deep/up").symlink_to(place / "photos", target_is_directory=True)
    (place / "photos/others").symlink_to(place / "other", target_is_directory=True)
    make(Path("birds"), Given(["photos"]), link=False, git=False)
    copied = [*Path("birds/data/raw/photos").rglob("*.png")]
    assert len(copied) == 3, "those of photos/deep, and of other by its link"
