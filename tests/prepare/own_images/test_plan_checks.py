"""What is said where nothing at a place is an image of a class."""

from pathlib import Path

import pytest
from made_files import MAKERS, planned

from semisup.prepare.own_images.plan_checks import check_classes
from semisup.workflow.errors import UserError


@pytest.mark.parametrize("kind", ["folder", "a.zip", "a.tar"])
def test_archives_at_a_place(tmp_path: Path, kind: str) -> None:
    """Those in an archive can't be named as places."""
    path = MAKERS[kind](tmp_path / kind, {"cat.zip": b"PK", "dog.zip": b"PK"})
    with pytest.raises(UserError, match=f"{path}/cat.zip is an archive: unpack it") as error:
        check_classes(planned(labelled=path))
    assert str(error.value).endswith(", or name it in data.folder") is (kind == "folder")


def test_an_archive_that_wants_a_password(tmp_path: Path) -> None:
    path = MAKERS["a.zip"](tmp_path / "a.zip", {"cat/1.png": b"x", "dog/1.png": b"y"})
    content = path.read_bytes()
    for start in (at for at in range(len(content)) if content.startswith(b"PK\x01\x02", at)):
        content = content[: start + 8] + b"\x01" + content[start + 9 :]
    path.write_bytes(content)
    said = r"among its 2 files \(the first that can't be read: .*cat/1.png: encrypted: unpack"
    with pytest.raises(UserError, match=said):
        check_classes(planned(labelled=path))
