"""Which places DVC watches, by where they lie and by the rules of .dvcignore."""

import shutil
from pathlib import Path

import pytest
from dvc.repo import Repo
from projects import CHECKOUT

from semisup.prepare.own_images.watched import why_unwatched


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy2(CHECKOUT / ".dvcignore", tmp_path)
    for folder in ("data/raw", "elsewhere"):
        Path(folder).mkdir(parents=True)
    return tmp_path


def put(place: str) -> None:
    Path(place).mkdir(parents=True)
    Path(place, "1.png").touch()


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("data/raw/mine", None),
        ("data/raw/a/b", None),
        ("data/raw/tmp", None),
        ("data/raw/.photos", ".photos is a name that .dvcignore leaves out, so that DVC sees no"),
        ("data/raw/.a/b", ".a is a name that .dvcignore leaves out"),
        ("data/raw/a/@tmp/b", "@tmp is a name that .dvcignore leaves out"),
        ("data/raw/__pycache__", "__pycache__ is a name that .dvcignore leaves out"),
        ("elsewhere/a", "not inside data/raw, so that DVC sees no changes there"),
    ],
)
def test_it_is_as_dvc_sees_it(place: str, why: str | None) -> None:
    put(place)
    found = why_unwatched(place)
    assert found is None if why is None else (found or "").startswith(why)
    if place.startswith("data/raw"):
        with Repo.init(no_scm=True) as repo:
            assert repo.dvcignore.is_ignored(repo.fs, str(Path(place).absolute())) == bool(why)


def test_files_too() -> None:
    for name in ("labels.csv", ".labels.csv", "Thumbs.db"):
        Path("data/raw", name).touch()
    assert why_unwatched("data/raw/labels.csv") is None
    assert why_unwatched("data/raw/.labels.csv")
    assert why_unwatched("data/raw/Thumbs.db")


def test_what_lies_in_an_archive_or_is_not_there() -> None:
    Path("data/raw/a.zip").touch()
    assert why_unwatched("data/raw/a.zip/.hidden") is None
    assert why_unwatched("data/raw/gone") is None


def test_rules_of_the_users_own() -> None:
    put("data/raw/old")
    put("data/raw/.kept")
    with Path(".dvcignore").open("a") as rules:
        rules.write("/data/raw/old\n!/data/raw/.kept\n")
    assert why_unwatched("data/raw/old")
    assert why_unwatched("data/raw/.kept") is None
    Path(".dvcignore").unlink()
    assert why_unwatched("data/raw/old") is None


def test_what_links_lead_to_counts() -> None:
    put("data/raw/.photos")
    put("data/raw/photos")
    Path("data/raw/link").symlink_to(".photos")
    Path("data/raw/.link").symlink_to("photos")
    Path("data/raw/away").symlink_to(Path("elsewhere").absolute())
    assert (why_unwatched("data/raw/link") or "").startswith(".photos is a name")
    assert why_unwatched("data/raw/.link") is None
    assert (why_unwatched("data/raw/away") or "").startswith("not inside data/raw")
