"""dvc.lock: the order of its stages, and what becomes of one that was cut off."""

from pathlib import Path

import pytest

from semisup.cli import lockfile

HEAD = "schema: '2.0'\nstages:\n"


def block(name: str) -> str:
    dep = f"    - path: {name}.txt\n      hash: md5\n      md5: {'0a' * 16}\n      size: 1\n"
    return f"  {name}:\n    cmd: run {name}\n    deps:\n{dep}"


WHOLE = HEAD + block("b") + block("a")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def text() -> str | None:
    return Path("dvc.lock").read_text() if Path("dvc.lock").exists() else None


@pytest.mark.parametrize("lock", [WHOLE + "  c:\n    cmd: run c\n    params:\n", "sche", HEAD, ""])
def test_one_that_was_cut_off_is_removed(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("dvc.lock").write_text(lock)
    lockfile.remove_if_cut_off()
    assert text() is None
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "lock",
    [
        WHOLE,
        "<<<<<<< HEAD\n" + WHOLE,
        WHOLE + "<<<<<<< HEAD\n",
        "schema: '3.0'\nstages:\n",
        None,
    ],
)
def test_another_stays_as_it_is(lock: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    if lock is not None:
        Path("dvc.lock").write_text(lock)
    lockfile.remove_if_cut_off()
    assert text() == lock
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("order", "expected"),
    [(["c", "a", "b", "a"], ["a", "b"]), (["a"], ["a", "b"]), ([], ["b", "a"])],
)
def test_order(order: list[str], expected: list[str]) -> None:
    Path("dvc.lock").write_text(WHOLE)
    lockfile.put_in_order(order)
    assert text() == HEAD + "".join(map(block, expected))


@pytest.mark.parametrize("lock", [WHOLE + "  c:\n    cm", None])
def test_what_is_not_whole_is_not_put_in_order(lock: str | None) -> None:
    if lock is not None:
        Path("dvc.lock").write_text(lock)
    lockfile.put_in_order(["a", "b"])
    assert text() is None
