"""dvc.lock as text: the order of its stages, and what becomes of one that was cut off."""

from pathlib import Path

import pytest

from semisup.cli import lockfile
from semisup.cli.lockfile import in_order

HEAD = "schema: '2.0'\nstages:\n"


def block(name: str) -> str:
    return f"  {name}:\n    cmd: run {name}\n    deps:\n    - path: {name}.txt\n      hash: md5\n"


@pytest.mark.parametrize(
    ("names", "order", "expected"),
    [
        ("abc", "abc", "abc"),
        ("cab", "abc", "abc"),
        ("cab", ["b", "b", "a"], "bac"),
        ("", "abc", ""),
    ],
)
def test_order_of_the_lock(names: str, order: list[str], expected: str) -> None:
    lock = HEAD + "".join(map(block, names))
    assert in_order(lock, order) == HEAD + "".join(map(block, expected))


def test_matrix_stages_keep_their_names() -> None:
    lock = "stages:\n" + block("head@a-16") + block("head@a-1")
    assert in_order(lock, ["head@a-1", "head@a-16"]) == (
        "stages:\n" + block("head@a-1") + block("head@a-16")
    )


WHOLE = HEAD + block("a") + block("b")


@pytest.mark.parametrize(
    ("lock", "mended"),
    [
        (WHOLE, WHOLE),
        (WHOLE + "  c:\n    cmd: run c\n    deps:\n    - path: c\n      size", WHOLE),
        (WHOLE + "  c:\n    cmd: run c\n    params:\n", WHOLE),
        (WHOLE + "  c:\n", WHOLE),
        (WHOLE + "  c", WHOLE),
        (HEAD + "  a:\n    cm", None),
        (HEAD, None),
        ("sche", None),
        ("", None),
        # wrong, but not by being cut off
        (
            WHOLE.replace("cmd: run a", "command: run a"),
            WHOLE.replace("cmd: run a", "command: run a"),
        ),
        ("<<<<<<< HEAD\n" + WHOLE, "<<<<<<< HEAD\n" + WHOLE),
        (WHOLE + "<<<<<<< HEAD\n", WHOLE + "<<<<<<< HEAD\n"),
        ("schema: '3.0'\nstages:\n", "schema: '3.0'\nstages:\n"),
    ],
)
def test_a_lock_that_was_cut_off_keeps_its_whole_stages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: str, mended: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dvc.lock").write_text(lock)
    lockfile.mend()
    assert (Path("dvc.lock").read_text() if Path("dvc.lock").exists() else None) == mended


def test_no_lock_needs_no_mending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lockfile.mend()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        (HEAD + block("b") + block("a"), HEAD + block("a") + block("b")),
        (HEAD + block("b") + block("a") + "  c:\n    cm", HEAD + block("a") + block("b")),
        (HEAD + block("b") + block("a") + "  c", HEAD + block("a") + block("b")),
        ("<<<<<<< HEAD\n" + WHOLE, "<<<<<<< HEAD\n" + WHOLE),
    ],
)
def test_only_a_whole_file_is_put_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dvc.lock").write_text(lock)
    lockfile.put_in_order(["c", "a", "b"])
    assert Path("dvc.lock").read_text() == expected


def test_without_a_file_there_is_nothing_to_put_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lockfile.put_in_order(["a"])
    assert not Path("dvc.lock").exists()
