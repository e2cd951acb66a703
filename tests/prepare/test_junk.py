"""What is passed over: by one list, which DVC has too."""

from pathlib import Path

import pytest
from made_files import MAKERS, REPOSITORY, fill, listed, png, records

from semisup.prepare import junk

LEFT = [
    *(
        "@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg",
        "$RECYCLE.BIN/1.png",
        "#recycle/1.png",
        "@Recycle/1.png",
    ),
    *("cat/@eaDir/1.png/SYNOFILE_THUMB_M.png", "cat/SYNOFILE_THUMB_XL.jpg", "cat/.@__thumb/1.png"),
    *(".ipynb_checkpoints/1-checkpoint.png", "cat/.ipynb_checkpoints/1.png", ".git/1.png"),
    *("cat/._1.png", "cat/.DS_Store", "cat/Thumbs.db", "desktop.ini", "__MACOSX/cat/._1.png"),
    *("System Volume Information/1.png", "lost+found/1.png", ".Trash-1000/1.png", "cat/Icon\r"),
    *("cat/1.png:Zone.Identifier", "~$notes.docx", "@tmp/1.png", "THUMBS.DB"),
]


@pytest.mark.parametrize("name", ["folder", "a.zip", "a.tar.gz"])
def test_junk_is_no_class_and_no_image(tmp_path: Path, name: str) -> None:
    files = {"cat/1.png": png(1), "dog/1.png": png(2)} | dict.fromkeys(LEFT, png(1))
    path = MAKERS[name](tmp_path / name, files)
    assert sorted(name for name, _ in listed(path)) == ["cat/1.png", "dog/1.png"]
    images, rejected, warnings = records(labelled=path, max_rejected_fraction=0.0)
    assert {record.label for record in images.values()} == {"cat", "dog"}
    assert (rejected, warnings) == ([], [])


def test_names_that_only_look_like_it(tmp_path: Path) -> None:
    images, _, _ = records(labelled=fill(tmp_path, "thumbs/1.png", "recycle/1.png", "tmp/1.png"))
    assert {record.label for record in images.values()} == {"thumbs", "recycle", "tmp"}


def test_dvc_passes_over_the_same() -> None:
    lines = (REPOSITORY / ".dvcignore").read_text("utf-8").splitlines()
    names = {line.removeprefix("/data/raw/**/") for line in lines if line.startswith("/data/raw/")}
    # no rule can have its line end: where macOS writes it, `prepare` runs again
    wanted = set(junk.NAMES) - {"Icon\r"}
    wanted |= {f"{prefix}*" for prefix in junk.PREFIXES} | {f"*{end}" for end in junk.SUFFIXES}
    assert names | {"__pycache__"} == wanted


def test_junk_does_not_change_what_dvc_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dvc.repo import Repo

    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvcignore").write_bytes((REPOSITORY / ".dvcignore").read_bytes())
    left = (name for name in LEFT if name not in {"THUMBS.DB", "cat/Icon\r"})
    fill(tmp_path / "data/raw", "cat/1.png", "Icons/2.png", *left)
    # elsewhere too: a stage would run again since someone looked at what it wrote
    fill(tmp_path / "data/model", "3.png", ".DS_Store", "._3.png")
    with Repo.init(no_scm=True) as repo:
        walked = repo.dvcignore.walk(repo.fs, str(tmp_path / "data"))
        seen = [Path(folder, name) for folder, _, names in walked for name in names]
    found = sorted("/".join(path.parts[-2:]) for path in seen)
    assert found == ["Icons/2.png", "cat/1.png", "model/3.png"]


BESIDE = ["1.tfw", "1.JGW", "1.pgw", "1.wld", "1.prj", "1.cls", "1.geojson", "1.ovr", "train.cache"]
BESIDE += [
    "LICENSE-DATASET",
    "README",
    "Licence_CC-BY.rtf",
    "001_cyt01.dat",
    "x.tfrecord-00000-of-00003",
]


@pytest.mark.parametrize("name", [*BESIDE, "1.3GP", "1.m4v", "_DS_Store", "Thumbs.db:encryptable"])
def test_what_lies_beside_images_is_no_broken_image(tmp_path: Path, name: str) -> None:
    fill(tmp_path, "cat/1.png", "dog/1.png")
    (tmp_path / f"cat/{name}").write_text("1.0")
    _, rejected, _ = records(labelled=tmp_path, max_rejected_fraction=0.0)
    assert [(item.meant, item.reason) for item in rejected] == [("aside", "no image by its name")]


@pytest.mark.parametrize("name", ["license.jpg", "readme.png", "LICENCE_1.JPEG", "copying new.tif"])
def test_a_word_for_text_before_an_image_ending_is_an_image(tmp_path: Path, name: str) -> None:
    found, rejected, _ = records(labelled=fill(tmp_path, f"cat/{name}", "dog/1.png"))
    assert [record.label for record in found.values()] == ["cat", "dog"]
    assert rejected == []
