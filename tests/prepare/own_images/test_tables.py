"""Which class an image is of, by a table."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from made_files import MAKERS, fill, png, read, records, said
from pyarrow import parquet

from semisup.prepare.own_images.matching import known_among
from semisup.workflow.errors import UserError

pytestmark = pytest.mark.usefixtures("in_a_folder")


def test_labels_csv(tmp_path: Path) -> None:
    root = fill(tmp_path / "a", "1.png", "x/2.png", "3.png", "4.png", "5.png")
    (root / "labels.csv").write_text(
        "Label , path,note\n 3 ,1.png,\n cat ,./x/2.png,hm\n,3.png,\n7,gone.png,\n7,gone.png,\n",
        encoding="utf-8-sig",
    )
    images, rejected = read(labelled=root, labels=root / "labels.csv", unlabelled=root)
    assert images == {
        f"{root}/1.png": ("3", "train"),
        f"{root}/x/2.png": ("cat", "train"),
        f"{root}/3.png": (None, "train"),
        f"{root}/4.png": (None, "train"),
        f"{root}/5.png": (None, "train"),
    }
    reason = f"named in {root}/labels.csv, but there is no such file"
    assert rejected == {f"{root}/gone.png": reason}


def test_test_images_need_a_label(tmp_path: Path) -> None:
    root = fill(tmp_path / "a", "1.png", "2.png")
    table = tmp_path / "test.csv"
    table.write_text("path,label\n1.png,cat\n")
    images, rejected = read(test=root, test_labels=table, unlabelled=root)
    assert images == {f"{root}/1.png": ("cat", "test")}
    assert rejected == {f"{root}/2.png": f"test image without a label in {table}"}


def table(tmp_path: Path, content: str | bytes, name: str = "labels.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def labelled(
    tmp_path: Path, files: list[str], content: str | bytes, **given: Any
) -> tuple[dict[str, Any], list[str], list[str]]:
    """Label by path below the place; reasons of what is left out; warnings."""
    root = fill(tmp_path / "a", *files)
    images, rejected, warnings = records(labelled=root, labels=table(tmp_path, content), **given)
    found = {s.removeprefix(f"{root}/"): record.label for s, record in images.items()}
    return found, [f"{r.source}: {r.reason}" for r in rejected], warnings


NO_LABEL = "no column is named label or the like: name it so, or say in data.folder.columns.label"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x,y,z\n1.png,cat,1\n", f"{NO_LABEL} which it is; there are x,y,z"),
        ("path,colour\n1.png,cat\n", f"{NO_LABEL} .*there are path,colour"),
        ("", "is empty; its first line must name path,label"),
        ("path,label\n1.png,cat\n./1.png,dog\n", "1.png has two labels, 'cat' and 'dog'; keep one"),
        ("path,label\n1.png,cat\n1.png,\n", "1.png has two labels, 'cat' and ''"),
        ("path,label,split\n1.png,a,train\n1.png,a,test\n", "1.png is in two splits; keep one"),
        ("path,label,group\n1.png,a,1\n1.png,a,2\n", "1.png is in two groups; keep one"),
        (b"path,label\n1.png,caf\xe9\n", "line 2 is not UTF-8; save it as UTF-8"),
        (None, "cannot be read: No such file"),
        ("path,label\ngone.png,cat\n", r"no usable labelled image .*no such file"),
        ("path,label\n1.png,cat,dog\n", "line 2 has 3 cells, but the first line names 2 columns"),
        ('path,label\n1.png,"cat\n2.png,dog\n', "line 3: not readable as CSV .*mend its quotes"),
        ("path,label,Label\n1.png,cat,dog\n", "columns 'label', 'Label' both read as the label"),
        ("path,label, label \n1.png,cat,dog\n", "both read as the label; rename one"),
        ("path,label,split\n1.png,cat,7a\n", "column split: '7a' is no part of the data; write"),
        ("path,label,split\n1.png,cat,0\n", "column split: '0' is no part of the data .*; write"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is no text, for it holds zero bytes; save it as CSV"),
        (b"path,label\n1.png,cat\0\n", "is no text, for it holds zero bytes; save it as CSV"),
        (b"PK\x03\x04rest", "is an Excel or zip file, no text; save it as CSV"),
        (
            "# by me\npath,label\n1.png,cat\n",
            "names 1 columns; if that is a title or a remark, take",
        ),
        ("<?xml version='1.0'?>\n<a>1</a>\n", "is an XML file, no table; save path and label as"),
        ("version https://git-lfs.github.com/spec/v1\noid x\n", "is a Git LFS pointer, .*lfs pull"),
        ("\n<!DOCTYPE html>\n<p>Sign in, please</p>\n", "is a web page, as of a failed download"),
        (
            "path,label\n<<<<<<< HEAD\n1.png,cat\n=======\n1.png,dog\n>>>>>>> theirs\n",
            "line 2: a merge left its marks; keep the rows that are right, and take out the marks",
        ),
        (b"PAR1rest", r"cannot be read as Parquet or Arrow \(.*\); copy or download it again"),
    ],
)
def test_bad_tables(tmp_path: Path, content: str | bytes | None, message: str) -> None:
    root, file = fill(tmp_path / "a", "1.png"), tmp_path / "labels.csv"
    if content is not None:
        table(tmp_path, content)
    with pytest.raises(UserError, match=message) as caught:
        read(labelled=root, labels=file)
    assert str(caught.value).startswith("data.folder.label")
    assert "\n" not in str(caught.value)


# How it is written


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_and_encodings(tmp_path: Path, mark: str, encoding: str, end: str) -> None:
    lines = ["path,label,note", "1.png,caf\u00e9,", "2.png,dog,x", ""]
    content = end.join(lines).replace(",", mark).encode(encoding)
    found, left, _ = labelled(tmp_path, ["1.png", "2.png"], content)
    assert found == {"1.png": "caf\u00e9", "2.png": "dog"}
    assert left == []


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("line", ["sep={}", '"sep={}"', "SEP={}", "sep={}{}"])
@pytest.mark.parametrize("mark", [";", ",", "|", "\t", "#"])
def test_excels_line_of_the_separator(tmp_path: Path, mark: str, line: str, end: str) -> None:
    first = line.format(mark, mark)
    rows = [mark.join(row) for row in (("path", "label", "note"), ("1.png", "cat", '"a;b,c|d"'))]
    found, _, _ = labelled(tmp_path, ["1.png"], end.join([first, *rows, ""]))
    assert found == {"1.png": "cat"}


HEADLESS = {
    "1.png,cat\n2.png,dog\n": (1, 2),
    "cat;1.png\ndog;2.png\n": (2, 1),
    "1.png\tn01\t0\t62\n2.png\tn02\t3\t61\n": (1, 2),  # as Tiny-ImageNet's validation images
    "1.png 0\n\n2.png 1\n": (1, 2),
    "/home/me/my photos/1.png 0\n/home/me/my photos/2.png 1": (1, 2),
}


@pytest.mark.parametrize("content", HEADLESS)
def test_tables_without_names_of_columns(tmp_path: Path, content: str) -> None:
    found, left, warnings = labelled(tmp_path, ["1.png", "2.png"], content)
    assert [*found.values()] in (["cat", "dog"], ["n01", "n02"], ["0", "1"])
    assert left == []
    path, label = HEADLESS[content]
    told = f"column {path} is read as the path, column {label} as the label"
    assert any(f"no line names the columns: {told}" in line for line in warnings)


def test_json_an_object_a_line(tmp_path: Path) -> None:
    content = '{"file_name": "1.png", "label": "cat"}\n\n{"file_name": "2.png", "label": 7}\n'
    assert labelled(tmp_path, ["1.png", "2.png"], content)[0] == {"1.png": "cat", "2.png": "7"}
    content = '[{"file_name": "1.png", "label": null},\n {"label": true, "file_name": "2.png"}]'
    assert labelled(tmp_path, ["1.png", "2.png"], content)[0] == {"1.png": None, "2.png": "1"}


def test_parquet(tmp_path: Path) -> None:
    about = {"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}
    columns = pa.table({"file_name": ["1.png", "2.png", "3.png"], "label": [1, 0, -1]})
    stream = io.BytesIO()
    parquet.write_table(columns.replace_schema_metadata({"huggingface": json.dumps(about)}), stream)
    found, left, warnings = labelled(tmp_path, ["1.png", "2.png", "3.png"], stream.getvalue())
    assert found == {"1.png": "dog", "2.png": "cat", "3.png": None}
    assert left == []
    assert any("read as no label: '-1' (1)" in line for line in warnings)


@pytest.mark.parametrize(
    "header",
    [
        "filename,class",
        "image_id,dx",
        "Image Name,Category",
        "file,target",
        "id,species",
        "img,breed",
    ],
)
def test_columns_by_other_names(tmp_path: Path, header: str) -> None:
    found, _, _ = labelled(tmp_path, ["1.png"], f"nr,{header}\n9,1.png,cat\n")
    assert found == {"1.png": "cat"}


def test_columns_that_are_named(tmp_path: Path) -> None:
    content = "where,what,label\n1.png,cat,no\n2.png,dog,no\n"
    found, _, _ = labelled(tmp_path, ["1.png", "2.png"], content, path="where", label="what")
    assert found == {"1.png": "cat", "2.png": "dog"}
    with pytest.raises(UserError, match=r"columns.label: no column is named 'waht' .*mean 'what'"):
        labelled(tmp_path, ["1.png"], content, path="where", label="waht")


def test_a_label_column_beside_another_is_said(tmp_path: Path) -> None:
    found, _, warnings = labelled(tmp_path, ["1.png"], "path,class,label\n1.png,7,cat\n")
    assert found == {"1.png": "cat"}
    assert any("read from column label, not from class" in line for line in warnings)


def test_one_column_a_class(tmp_path: Path) -> None:
    content = "image,age,MEL,NV,BCC\n1,50,1.0,0.0,0.0\n2,60,0.0,0.0,1.0\n3,1,0.0,0.0,0.0\n"
    found, left, _ = labelled(tmp_path, ["x/1.jpg", "x/2.jpg", "x/3.jpg"], content)
    assert found == {"x/1.jpg": "MEL", "x/2.jpg": "BCC", "x/3.jpg": None}
    assert left == []


# What labels mean


@pytest.mark.parametrize(
    "word", ["-1", "-1.0", "NA", "N/A", "nan", "NaN", "None", "null", "?", "unlabeled", "#N/A", " "]
)
def test_words_that_mean_no_label(tmp_path: Path, word: str) -> None:
    content = f"path,label\n1.png,cat\n2.png,{word}\n3.png,dog\n"
    found, left, warnings = labelled(tmp_path, ["1.png", "2.png", "3.png"], content)
    assert found == {"1.png": "cat", "2.png": None, "3.png": "dog"}
    assert left == []
    said = any(f"read as no label: {word!r} (1); data.folder.no_label" in w for w in warnings)
    assert said == (word != " ")


def test_other_words_that_mean_no_label(tmp_path: Path) -> None:
    content = "path,label\n1.png,none\n2.png,later\n"
    found, _, _ = labelled(tmp_path, ["1.png", "2.png"], content, no_label=["LATER"])
    assert found == {"1.png": "none", "2.png": None}


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("1", "1.0", "1"),
        ("a  b", "a b", "a b"),
        ("a\u00a0b", "a b ", "a b"),
        ("caf\u00e9", "cafe\u0301", "caf\u00e9"),
        ("\u200bcat", "cat", "cat"),
    ],
)
def test_one_label_in_two_spellings(tmp_path: Path, one: str, other: str, label: str) -> None:
    content = f"path,label\n1.png,{one}\n2.png,{other}\n3.png,7\n"
    found, _, _ = labelled(tmp_path, ["1.png", "2.png", "3.png"], content)
    assert found == {"1.png": label, "2.png": label, "3.png": "7"}


def test_numbers_beside_names_stay_as_they_are(tmp_path: Path) -> None:
    found, _, _ = labelled(tmp_path, ["1.png", "2.png"], "path,label\n1.png,2.0\n2.png,2.5\n")
    assert found == {"1.png": "2.0", "2.png": "2.5"}


@pytest.mark.parametrize(
    "both", ["cat;dog", "cat|dog", '"cat, dog"', "cat+dog", "cat / dog", "\"['cat', 'dog']\""]
)
def test_two_labels_in_a_cell(tmp_path: Path, both: str) -> None:
    content = f"path,label\n1.png,cat\n2.png,dog\n3.png,{both}\n"
    found, _, warnings = labelled(tmp_path, ["1.png", "2.png", "3.png"], content)
    assert found == {"1.png": "cat", "2.png": "dog", "3.png": None}
    assert any("1 rows name several classes, such as" in line for line in warnings)


def test_a_list_of_names_that_are_no_classes_is_warned_of(tmp_path: Path) -> None:
    content = "path,label\n1.png,big;red\n2.png,dog\n"
    found, _, warnings = labelled(tmp_path, ["1.png", "2.png"], content)
    assert found == {"1.png": "big;red", "2.png": "dog"}
    assert any("'big;red': several labels in a cell?" in line for line in warnings)


def test_negative_numbers_beside_others_are_warned_of(tmp_path: Path) -> None:
    content = "path,label\n1.png,-9\n2.png,0\n3.png,1\n"
    _, _, warnings = labelled(tmp_path, ["1.png", "2.png", "3.png"], content)
    assert any("-9: a class like the others" in line for line in warnings)


# Which file a row means


@pytest.mark.parametrize(
    ("row", "file"),
    [
        ("1.JPG", "1.jpg"),
        ("sub/1.jpg", "Sub/1.JPG"),
        ("ISIC_001", "part/ISIC_001.jpg"),
        ("1.jpg", "deep/er/1.jpg"),
        ("x\\1.jpg", "x/1.jpg"),
        ("C:\\data\\x\\1.jpg", "x/1.jpg"),
        ("/home/anna/photos/x/1.jpg", "x/1.jpg"),
        ("/somewhere/1.jpg", "1.jpg"),
        ("../a/x/1.jpg", "x/1.jpg"),
        ("1.png", "1.jpg"),
        ("caf\u00e9.jpg", "cafe\u0301.jpg"),
        ("b.01", "b.01.jpg"),
    ],
)
def test_rows_in_other_words(tmp_path: Path, row: str, file: str) -> None:
    content = f"path,label\n{row},cat\n"
    found, left, warnings = labelled(tmp_path, [file, "other.jpg"], content)
    assert found == {file: "cat", "other.jpg": None}
    assert left == []
    assert any("1 rows name a file: 1 " in line for line in warnings) == (
        "\\" not in row or ":" in row
    )


def test_paths_below_the_folder_of_the_table(tmp_path: Path) -> None:
    """As folders of Hugging Face have it: three files of one name in the place."""
    files = [f"{part}/0.png" for part in ("train", "validation", "test")]
    root = fill(tmp_path / "a", *files)
    lines = '{"file_name": "0.png", "label": "cat"}\n'
    (root / "train/metadata.jsonl").write_text(lines)
    images, _, _ = records(labelled=root, labels=root / "train/metadata.jsonl")
    found = {s.removeprefix(f"{root}/"): record.label for s, record in images.items()}
    assert found == {"train/0.png": "cat", "validation/0.png": None, "test/0.png": None}


def test_absolute_and_project_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "data/raw", "1.png", "2.png")
    table(tmp_path, f"path,label\n{tmp_path}/data/raw/1.png,cat\ndata/raw/2.png,dog\n")
    images, rejected = read(labelled="data/raw", labels="labels.csv")
    assert images == {"data/raw/1.png": ("cat", "train"), "data/raw/2.png": ("dog", "train")}
    assert rejected == {}


@pytest.mark.parametrize(
    ("rows", "files", "reason"),
    [
        (["1.jpg"], ["x/1.jpg", "y/1.jpg"], "fits 2 files"),
        (["1"], ["1.jpg", "1.png"], "fits 2 files"),
        (["A.jpg", "a.JPG"], ["a.jpg"], "would fit, but also"),
        (["train/1.jpg"], ["test/1.jpg"], "there is no such file"),
        (["y/1.jpg"], ["x/1.jpg"], "there is no such file"),
        (["imgae1.jpg"], ["image1.jpg", "b.jpg"], r"no such file \(did you mean .*image1.jpg\?\)"),
        (["/c/imgae1.jpg"], ["image1.jpg"], r"no such file \(did you mean .*a/image1.jpg\?\)"),
        (["x/imgae1.jpg"], ["x/image1.jpg", "y/image1.jpg"], r"\(did you mean .*x/image1.jpg\?\)"),
        (["imgae1.jpg"], ["x/image1.jpg", "y/image1.jpg"], "there is no such file$"),
        (["x/0.jpg"], ["x/1.jpg", "y/0.jpg", "z/0.jpg"], "there is no such file$"),
        (["image12.jpg"], ["image13.jpg"], "there is no such file$"),
    ],
)
def test_rows_that_fit_no_file_or_several(
    tmp_path: Path, rows: list[str], files: list[str], reason: str
) -> None:
    content = "path,label\nsure.jpg,cat\n" + "".join(f"{row},dog\n" for row in rows)
    found, left, _ = labelled(tmp_path, ["sure.jpg", *files], content)
    assert {label for path, label in found.items() if path != "sure.jpg"} == {None}
    assert len(left) == len(rows)
    assert all(re.search(reason, line) for line in left), left


def test_rows_that_name_no_file_count_by_themselves(tmp_path: Path) -> None:
    """However many files there are without a row."""
    files = [f"{n}.jpg" for n in range(10)]
    rows = "".join(f"{n}.jpg,cat\n" for n in range(6)) + "".join(
        f"q{n}.jpg,cat\n" for n in range(4)
    )
    message = (
        r"max_rejected_fraction: 4 of 10 rows of .*labels.csv name no file, .* allowed 0.05 \("
    )
    with pytest.raises(UserError, match=message) as error:
        labelled(
            tmp_path,
            [*files, *(f"pool/{n}.jpg" for n in range(200))],
            f"path,label\n{rows}",
            max_rejected_fraction=0.05,
        )
    assert "\n" not in str(error.value)


# Splits and groups of the user


def test_a_split_column(tmp_path: Path) -> None:
    parts = {
        "train": "train",
        "val": "validation",
        "Test": "test",
        "unlabeled": "train",
        "": "train",
    }
    content = "path,label,split\n" + "".join(
        f"{n}.png,cat,{part}\n" for n, part in enumerate(parts)
    )
    root = fill(tmp_path / "a", *(f"{n}.png" for n in range(len(parts))))
    images, _ = read(labelled=root, labels=table(tmp_path, content))
    assert [split for _, split in images.values()] == [*parts.values()]
    assert [label for label, _ in images.values()] == ["cat", "cat", "cat", None, "cat"]


@pytest.mark.parametrize("name", ["is_train", "is_training_img"])
def test_a_column_of_ones_and_zeros(tmp_path: Path, name: str) -> None:
    root = fill(tmp_path / "a", "1.png", "2.png")
    file = table(tmp_path, f"path,label,{name}\n1.png,cat,1\n2.png,cat,0\n")
    images, _ = read(labelled=root, labels=file)
    assert [split for _, split in images.values()] == ["train", "test"]


def test_a_column_that_only_sounds_like_a_split(tmp_path: Path) -> None:
    found, _, warnings = labelled(tmp_path, ["1.png"], "path,label,set\n1.png,cat,B\n")
    assert found == {"1.png": "cat"}
    assert any("column set is not read: 'B'" in line for line in warnings)


def test_ones_and_zeros_that_may_mean_either(tmp_path: Path) -> None:
    """CelebA numbers its parts from 0 for training."""
    files = ["1.png", "2.png"]
    _, _, warnings = labelled(tmp_path, files, "path,label,phase\n1.png,a,0\n2.png,a,1\n")
    assert any("column phase is not read: '0', '1'" in line for line in warnings)


def test_folders_of_train_and_test_with_a_table(tmp_path: Path) -> None:
    root = fill(tmp_path / "a", "train/1.png", "test/2.png")
    file = table(tmp_path, "path,label\ntrain/1.png,cat\n2.png,dog\n")
    images, _, warnings = records(labelled=root, labels=file)
    assert [(r.label, r.given_split) for r in images.values()] == [
        ("dog", "test"),
        ("cat", "train"),
    ]
    assert any("folders test, train are read as the split" in line for line in warnings)


def test_two_tables_over_one_folder(tmp_path: Path) -> None:
    root = fill(tmp_path / "a", "1.png", "2.png", "3.png", "4.png")
    one = table(tmp_path, "path,label\n1.png,cat\n", "train.csv")
    two = table(tmp_path, "path,label\n2.png,dog\n", "test.csv")
    three = table(tmp_path, "path,label\n3.png,dog\n", "val.csv")
    given = {"labelled": root, "labels": one, "test": root, "test_labels": two}
    given |= {"validation": root, "validation_labels": three}
    images, rejected = read(**given)
    assert {s.removeprefix(f"{root}/"): found for s, found in images.items()} == {
        "1.png": ("cat", "train"),
        "2.png": ("dog", "test"),
        "3.png": ("dog", "validation"),
        "4.png": (None, "train"),
    }
    assert rejected == {}
    table(tmp_path, "path,label\n1.png,cat\n", "test.csv")
    with pytest.raises(
        UserError, match=r"a/1.png is in .*train.csv and in .*test.csv; take it out"
    ):
        read(**given)


def test_groups(tmp_path: Path) -> None:
    content = "lesion_id,image_id,dx\nL1,1,mel\nL1,2,mel\nL2,3,nv\n"
    root = fill(tmp_path / "a", "p1/1.jpg", "p2/2.jpg", "p2/3.jpg")
    images, _, warnings = records(labelled=root, labels=table(tmp_path, content))
    assert [record.group for record in images.values()] == ["L1", "L1", "L2"]
    assert any("images of one lesion_id stay on one side of each split" in w for w in warnings)
    images, _, _ = records(labelled=root, labels=tmp_path / "labels.csv", group=None)
    assert {record.group for record in images.values()} == {None}


def test_several_folders_and_one_table(tmp_path: Path) -> None:
    fill(tmp_path / "p1", "1.jpg", "2.jpg")
    fill(tmp_path / "p2", "3.jpg")
    file = table(tmp_path, "image_id,dx\n1,mel\n3,nv\n4,nv\n")
    images, rejected = read(labelled=[f"{tmp_path}/p1", f"{tmp_path}/p2"], labels=file)
    assert {s.removeprefix(f"{tmp_path}/"): label for s, (label, _) in images.items()} == {
        "p1/1.jpg": "mel",
        "p1/2.jpg": None,
        "p2/3.jpg": "nv",
    }
    assert len(rejected) == 1


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_a_table_inside_the_archive(tmp_path: Path, name: str) -> None:
    content = b"path,label\n1.png,cat\nx/2.png,dog\n"
    files = {"w/labels.csv": content, "w/1.png": png(1), "w/x/2.png": png(2)}
    archive = MAKERS[name](tmp_path / name, files)
    images, rejected = read(labelled=f"{archive}/w", labels=f"{archive}/w/labels.csv")
    assert [label for label, _ in images.values()] == ["cat", "dog"]
    assert rejected == {}
    with pytest.raises(UserError, match="no such file in the archive"):
        read(labelled=archive, labels=f"{archive}/gone.csv")


def test_how_surely_a_cell_names_a_file() -> None:
    known = known_among(["a/cat.JPG", "a/007.png", "b/dog.png"])
    cells = ["x/cat.jpg", "cat", "7.0", "a\\dog.png", "", "bird", "8", "jpg"]
    assert [known(cell) for cell in cells] == [1, 0.5, 0.5, 1, 0, 0, 0, 0]


FOLDERS = ("cat/1.png", "cat/2.png", "dog/3.png", "dog/4.png")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "path,patient\ncat/1.png,p1\ncat/2.png,p2\ndog/3.png,p1\n",
            [("cat", "train", "p1"), ("cat", "train", "p2"), ("dog", "train", "p1")],
        ),
        (
            "path,split,label\ncat/1.png,train,x\ncat/2.png,test,y\ndog/3.png,unlabelled,z\n",
            [("cat", "train", None), ("cat", "test", None), (None, "train", None)],
        ),
    ],
)
@pytest.mark.parametrize("name", ["folder", "a.zip", "a.tar"])
def test_a_table_without_labels_beside_class_folders(
    tmp_path: Path, name: str, content: str, expected: list[tuple[str | None, str, str | None]]
) -> None:
    """What no row names is of its class too."""
    place = MAKERS[name](tmp_path / name, {file: png(n) for n, file in enumerate(FOLDERS)})
    images, rejected, _ = records(labelled=place, labels=table(tmp_path, content), label=None)
    found = [(r.label, r.given_split, r.group) for r in images.values()]
    assert found == [*expected, ("dog", "train", None)]
    assert not rejected


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{0}.png,test\n{1}.png,train\n", "column 1 is read as the path, column 2 is read as the"),
        ("test;p1;{0}.png\ntrain;p2;{1}.png\n", "as the split; column 2: not read, unless data."),
        ("{0}.png test\n{1}.png train\n", "column 1 is read as the path, column 2 is read as the"),
        ("{0},test\n{1},train\n", "column 1 is read as the path, column 2 is read as the split"),
        ('[["{0}.png", "test"], ["{1}.png", "train"]]', "column 2 is read as the split"),
        ("{0}.png,p1\n{1}.png,p2\n", "column 2: not read, unless data.folder.columns names it so"),
    ],
)
def test_tables_without_labels_and_names_of_columns(
    tmp_path: Path, content: str, told: str
) -> None:
    """Their first line is an image as the others are."""
    root = fill(tmp_path / "a", *FOLDERS)
    file = table(tmp_path, content.format("cat/1", "dog/3"))
    images, rejected, warnings = records(labelled=root, labels=file, label=None)
    parts = [record.given_split for record in images.values()]
    assert parts == ["test" if "test" in content else "train", *["train"] * 3]
    assert not rejected
    assert said(warnings, told)
    if "p1" in content:
        images, _, _ = records(labelled=root, labels=file, label=None, group="column 2")
        assert [record.group for record in images.values()] == ["p1", None, "p2", None]


def test_two_columns_of_paths_without_names(tmp_path: Path) -> None:
    root = fill(tmp_path / "a", *FOLDERS)
    file = table(tmp_path, "cat/1.png,cat/2.png\ndog/3.png,dog/4.png\n")
    with pytest.raises(UserError, match="no line that names the columns, and the path may be in"):
        records(labelled=root, labels=file, label=None)


def test_two_tables_without_labels_are_the_split(tmp_path: Path) -> None:
    fill(tmp_path / "a", *FOLDERS)
    images, _, _ = records(
        labelled=tmp_path / "a",
        labels=table(tmp_path, "path,site\ncat/1.png,1\ndog/3.png,2\n"),
        test=tmp_path / "a",
        test_labels=table(tmp_path, "path,site\ncat/2.png,2\n", "test.csv"),
        label=None,
    )
    found = {s.removeprefix(f"{tmp_path}/a/"): (r.label, r.given_split) for s, r in images.items()}
    assert found == dict(
        zip(
            FOLDERS,
            [("cat", "train"), ("cat", "test"), ("dog", "train"), (None, "train")],
            strict=True,
        )
    )


@pytest.mark.parametrize("head", ["", "filename\n"])
def test_two_lists_of_paths_are_the_split(tmp_path: Path, head: str) -> None:
    """As train.txt and test.txt of many data sets; one alone says nothing, of which is told."""
    fill(tmp_path / "a", *FOLDERS)
    given = {
        "labelled": tmp_path / "a",
        "labels": table(tmp_path, f"{head}cat/1.png\ndog/3.png\n", "train.txt"),
        "label": None,
    }
    listed = table(tmp_path, f"{head}cat/2\ndog/4\n", "test.txt")
    images, _, warnings = records(**given, test=tmp_path / "a", test_labels=listed)
    found = {s.removeprefix(f"{tmp_path}/a/"): (r.label, r.given_split) for s, r in images.items()}
    parts = [("cat", "train"), ("cat", "test"), ("dog", "train"), ("dog", "test")]
    assert found == dict(zip(FOLDERS, parts, strict=True))
    assert not said(warnings, "and so nothing")
    images, _, warnings = records(**given)
    assert {record.given_split for record in images.values()} == {"train"}
    assert said(warnings, "train.txt says neither split nor group, and so nothing")


@pytest.mark.parametrize("name", ["sample_submission.csv", "sampleSubmission.csv"])
def test_a_table_that_a_contest_wants_filled_in_is_told_of(tmp_path: Path, name: str) -> None:
    root = fill(tmp_path / "a", "1.png", "2.png")
    content = "path,label\n1.png,cat\n2.png,dog\n"
    _, _, warnings = records(labelled=root, labels=table(tmp_path, content, name))
    assert said(warnings, "called like what a contest wants to be filled in")
    _, _, warnings = records(labelled=root, labels=table(tmp_path, content))
    assert not said(warnings, "contest")
