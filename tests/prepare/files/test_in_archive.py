"""What is said of folders that an archive does not have."""

from pathlib import Path

import pytest
from made_files import MAKERS, png, read

from semisup.workflow.errors import UserError

FILES = {
    "set/Imgs/cat/1.png": png(1),
    "set/Imgs/dog/2.png": png(2),
    "set/docs/3.png": png(3),
    "set/more.zip": b"PK",
    "__MACOSX/set/._1.png": b"",
}


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("imgs", "has no folder 'imgs' with files in it; there are set"),
        ("__MACOSX", "has no folder '__MACOSX' with files in it.*; there are set"),
        (
            "set/imgs",
            r"/set has no folder 'imgs' .* \(did you mean 'Imgs'\?\); there are Imgs, docs",
        ),
        ("set/Imgs/hen", "/set/Imgs has no folder 'hen' .*; there are cat, dog"),
        ("set/docs/hen", "/set/docs has no folder 'hen' .*; only files lie there"),
        (
            "set/more.zip",
            "more.zip is an archive in {}/set, and such are not read: unpack {}, and name",
        ),
        ("set/more.zip/cat", "more.zip is an archive in {}/set, and such are not read"),
        ("set/docs/3.png", "3.png is a file of {}/set/docs, and no folder; name the folder"),
    ],
)
@pytest.mark.parametrize("kind", ["a.zip", "a.tar.gz"])
@pytest.mark.parametrize("key", ["labelled", "unlabelled"])
def test_a_folder_that_is_not_there(
    tmp_path: Path, kind: str, key: str, inner: str, said: str
) -> None:
    place = f"{MAKERS[kind](tmp_path / kind, FILES)}/{inner}"
    with pytest.raises(UserError, match=said.replace("{}", kind)) as error:
        read(**{key: place})
    assert str(error.value).startswith(f"data.folder.{key}: {place}: ")


def test_a_folder_that_a_table_is_of(tmp_path: Path) -> None:
    place = MAKERS["a.tar"](tmp_path / "a.tar", FILES)
    (tmp_path / "labels.csv").write_text("path,label\n1.png,cat\n2.png,dog\n")
    with pytest.raises(UserError, match=r"a\.tar has no folder 'imgs'"):
        read(labelled=f"{place}/imgs", labels=tmp_path / "labels.csv")
