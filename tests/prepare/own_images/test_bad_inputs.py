"""Two hundred inputs that are wrong: none ends in a traceback, each is said in one line."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_files import MAKERS, candidates, compute, data, encoded, noise, pack, planned, png

from semisup.params.loading import load
from semisup.prepare.own_images.plan_checks import check_classes, check_rows
from semisup.prepare.records import Rejected
from semisup.workflow.errors import UserError

PLACES = ("folder", "a.zip", "a.tar", "a.tar.gz", "a.tar.zst")
GOOD = {f"{label}/{n}.png": png(10 * n + at) for at, label in enumerate("ab") for n in range(3)}

JPEG, PNG, TIFF = (encoded(noise(), kind) for kind in ("JPEG", "PNG", "TIFF"))
BAD_FILES = {
    "empty": b"",
    "text": b"hello",
    "zeros": bytes(500),
    "html": b"<!DOCTYPE html><p>404",
    "half JPEG": JPEG[: len(JPEG) // 2],
    "half PNG": PNG[: len(PNG) // 2],
    "half TIFF": TIFF[: len(TIFF) // 2],
    "header only": PNG[:20],
    "JPEG header only": JPEG[:20],
    "flipped": PNG[:60] + bytes(200) + PNG[260:],
    "LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "annex pointer": b"/annex/objects/SHA256E-s1--0.png\n",
    "HEIC": b"\0\0\0\x18ftypheic" + bytes(300),
    "DICOM": bytes(128) + b"DICM" + bytes(300),
    "zip": b"PK\x03\x04" + bytes(300),
    "gzip": b"\x1f\x8b" + bytes(300),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(300),
    "rar": b"Rar!\x1a\x07" + bytes(300),
    "NumPy": b"\x93NUMPY\x01\0" + bytes(300),
    "PDF": b"%PDF-1.7\n" + bytes(300),
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "video": b"\0\0\0\x18ftypmp42" + bytes(300),
    "too large": encoded(noise(1200, 1000), "PNG"),
}
ODD_NAMES = (
    *(
        "new\nline",
        "tab\tin",
        "$dollar$",
        "#hash",
        "-dash",
        "a;b",
        "a,b",
        '"quoted"',
        "'",
        "100%",
        "\\",
    ),
    *(
        "\u4e2d\u6587",
        "\U0001f431",
        "x" * 200,
        "e\u0301",
        " space ",
        "a=b",
        "{brace}",
        "[1]",
        "\x07",
    ),
)
BAD_TABLES = {
    "empty": b"",
    "blank": b"\n\n  \n",
    "no header, two of words": b"a/0.png,a,x\nb/0.png,b,y\n",
    "no header, numbers only": b"a/0.png,1,2\nb/0.png,2,2\n",
    "JSON of a text": b'["a/0.png", "a"]',
    "JSON of numbers": b'[{"path": "a/0.png", "label": 1}, 3]',
    "half JSON": b'{"path": "a/0.png", "label": "a"}\n{"path": "b/0.p',
    "JSON without labels": b'{"path": "a/0.png"}\n{"path": "b/0.png"}\n',
    "half Parquet": b"PAR1" + bytes(50) + b"PAR1",
    "no label": b"path,colour\na/0.png,a\n",
    "no path": b"label,colour\na,a\n",
    "label twice": b"path,label,label\na/0.png,a,b\n",
    "path twice": b"path,Path,label\na/0.png,a/0.png,b\n",
    "cells over": b"path,label\na/0.png,a,b\n",
    "open quote": b'path,label\n"a/0.png,a\nb/0.png,b\n',
    "odd quote": b'path,label\n"a"/0.png,a\n',
    "Latin-1": b"path,label\na/0.png,caf\xe9\n",
    "half UTF-16": "path,label\na/0.png,a\n".encode("utf-16")[:-1],
    "zip": b"PK\x03\x04" + bytes(50),
    "xls": b"\xd0\xcf\x11\xe0" + bytes(50),
    "Parquet": b"PAR1" + bytes(50),
    "gzip": b"\x1f\x8b" + bytes(50),
    "zeros": bytes(50),
    "two labels": b"path,label\na/0.png,a\na/0.png,b\n",
    "two splits": b"path,label,split\na/0.png,a,train\na/0.png,a,test\n",
    "odd split": b"path,label,split\na/0.png,a,tomorrow\n",
    "no rows": b"path,label\n",
    "no file": b"path,label\nx.png,a\ny.png,b\n",
    "all unlabelled": b"path,label\na/0.png,NA\nb/0.png,?\n",
    "folders": b"path,label\na,a\nb,b\n",
    "no paths": b"path,label\n,a\n,b\n",
    "two hot": b"path,p,q\na/0.png,1,1\nb/0.png,1,1\n",
    "not hot": b"path,p,q\na/0.png,3,4\nb/0.png,5,6\n",
}
BAD_SETTINGS: list[tuple[str, Any]] = [
    *(("unlabelled", value) for value in (3, "", [], [3], {"a": 1}, True, 1.5)),
    *(("labels", value) for value in (3, "", ["x"], True)),
    *(("class_level", value) for value in (0, -1, "two", 1.5, [1], None, True)),
    *(("group_pattern", value) for value in ("(", "*", "", 3)),
    *(("no_label", value) for value in ("NA", [[]], None, {"a": 1})),
    *(("columns", value) for value in ("auto", None, [], {"path": None}, {"label": "auto"})),
    *(("lables", "x.csv"), ("tests", "x"), ("train", "x")),
]
BAD_RANGES: list[Any] = [[1, 0], [1], "full", None, [0, "1"], [0, 0], [1, 2, 3], True, 255]
pytestmark = pytest.mark.usefixtures("in_a_folder")


def one_line(error: pytest.ExceptionInfo[UserError]) -> None:
    message = str(error.value)
    assert message
    assert "\n" not in message, message
    assert len(message) < 1000, message


def test_files(tmp_path: Path) -> None:
    """Of each kind, in each kind of place: left out with a reason, and nothing else is."""
    for name in PLACES:
        bad = {f"a/bad {what}.png": content for what, content in BAD_FILES.items()}
        place = MAKERS[name](tmp_path / name, GOOD | bad)
        found = [*candidates(planned(labelled=place), data(), compute())]
        left = {item.source: item.reason for item in found if isinstance(item, Rejected)}
        assert left.keys() == {f"{place}/{bad_name}" for bad_name in bad}
        assert all(reason and "\n" not in reason for reason in left.values())
        assert len(found) - len(left) == len(GOOD)


def test_odd_names(tmp_path: Path) -> None:
    """Of files and of classes: all images are there, and every list is written."""
    for name in PLACES[:2]:
        names = [odd for odd in ODD_NAMES if name == "folder" or "\\" not in odd]
        place = MAKERS[name](
            tmp_path / name, {f"{odd}/{odd}.png": png(n) for n, odd in enumerate(names)}
        )
        (out := tmp_path / f"out {name}").mkdir()
        plan = planned(labelled=place)
        summary = pack(candidates(plan, data(), compute()), out, 8, "auto", 0.0, notes=plan.notes)
        assert summary["images"] == len(names)
        assert (out / "manifest.csv").read_text("utf-8").count(".png") == len(names)
        assert all("\n" not in line for line in plan.notes.lines)


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / os.fsdecode(b"\xff\xfe.png")).write_bytes(b"")
    (refused,) = candidates_or_none(labelled=tmp_path / "a")
    assert refused.source.endswith(r"\xff\xfe.png")


def candidates_or_none(**given: Any) -> Iterator[Rejected]:
    try:
        for item in candidates(planned(**given), data(), compute()):
            assert isinstance(item, Rejected)
            yield item
    except UserError:
        return


@pytest.mark.parametrize("what", BAD_TABLES)
def test_tables(tmp_path: Path, what: str) -> None:
    place = MAKERS["folder"](tmp_path / "images", GOOD)
    (tmp_path / "labels.csv").write_bytes(BAD_TABLES[what])
    with pytest.raises(UserError) as error:
        plan = planned(labelled=place, labels=tmp_path / "labels.csv")
        check_rows(plan, 0.05)
        check_classes(plan)
        [*candidates(plan, data(0.05), compute())]
    one_line(error)
    assert "labels.csv" in str(error.value) or "class(es) with labels" in str(error.value)


@pytest.mark.parametrize("name", PLACES[1:])
def test_archives_that_are_cut_off_or_damaged(tmp_path: Path, name: str) -> None:
    path = MAKERS[name](tmp_path / name, GOOD)
    whole = path.read_bytes()
    refused = 0
    for step, cut in itertools.product(range(1, 10), (True, False)):
        at = step * len(whole) // 10
        path.write_bytes(whole[:at] if cut else whole[:at] + b"\xff" * 40 + whole[at + 40 :])
        try:
            found = [*candidates(planned(labelled=path), data(), compute())]
            assert len(found) == len(GOOD), "none is lost without a word"
            assert all(item.reason for item in found if isinstance(item, Rejected))
        except UserError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused >= 9


def with_setting(values: dict[str, Any], path: Path) -> Path:
    path.write_text(yaml.safe_dump(values), "utf-8")
    return path


def test_settings(tmp_path: Path, values: dict[str, Any]) -> None:
    for key, value in BAD_SETTINGS:
        folder = values["data"]["folder"] | {key: value}
        changed = values | {"data": values["data"] | {"folder": folder}}
        with pytest.raises(UserError) as error:
            load(with_setting(changed, tmp_path / "params.yaml"))
        one_line(error)
        assert key in str(error.value)
    for value in BAD_RANGES:
        changed = values | {"data": values["data"] | {"range": value}}
        with pytest.raises(UserError, match=r"data\.range") as error:
            load(with_setting(changed, tmp_path / "params.yaml"))
        one_line(error)


def test_they_are_two_hundred() -> None:
    archives = 18 * len(PLACES[1:])
    files, names = len(BAD_FILES) * len(PLACES), 2 * len(ODD_NAMES)
    assert files + names + len(BAD_TABLES) + archives + len(BAD_SETTINGS) + len(BAD_RANGES) >= 200
