"""dvc.lock: the order of its stages, and what becomes of one that was cut off."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from made_lock import lock_of, ran

from semisup.cli import lockfile
from semisup.workflow.errors import UserError

HEAD = "schema: '2.0'\nstages:\n"


def block(name: str) -> str:
    dep = f"    - path: {name}.txt\n      hash: md5\n      md5: {'0a' * 16}\n      size: 1\n"
    return f"  {name}:\n    cmd: run {name}\n    deps:\n{dep}"


WHOLE = HEAD + block("b") + block("a")
pytestmark = pytest.mark.usefixtures("in_a_folder")


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


@pytest.mark.parametrize("lock", ["<<<<<<< HEAD\n" + WHOLE, WHOLE + "<<<<<<< HEAD\n"])
def test_one_of_a_merge_is_refused_with_what_to_do(lock: str) -> None:
    Path("dvc.lock").write_text(lock)
    with pytest.raises(UserError, match=r"dvc\.lock: a merge .* --ours dvc\.lock`, and run"):
        lockfile.check_merged()


@pytest.mark.parametrize("lock", [WHOLE, WHOLE.replace("run a", "cat <<<<<<< a"), "sche", None])
def test_one_of_no_merge_passes(lock: str | None) -> None:
    if lock is not None:
        Path("dvc.lock").write_text(lock)
    lockfile.check_merged()


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


def chain(images: str, seen: str) -> str:
    """A stage `a` that made images, `b` that read those it says it saw, and `c` after it."""
    made = {"data/b": "0b"}
    stages = {"a": ran(outs={"data/a": images}), "b@x": ran(deps={"data/a": seen}, outs=made)}
    return lock_of(stages | {"c@x-1": ran(deps=made)})


@pytest.mark.parametrize("stage", ["b@x", "c@x-1"])
def test_what_is_of_other_images_than_there_are_is_refused(stage: str) -> None:
    Path("dvc.lock").write_text(chain("02", "01"))
    message = "b@x: ran on another data/a than there is now, .*; run `make repro`"
    with pytest.raises(UserError, match=message):
        lockfile.check_inputs(stage)
    lockfile.check_inputs(stage, {Path("data/b")})


@pytest.mark.parametrize(
    "lock", [chain("01", "01"), "<<<<<<< HEAD\n" + chain("02", "01"), HEAD, None]
)
def test_what_agrees_or_cannot_be_told_passes(lock: str | None) -> None:
    if lock is not None:
        Path("dvc.lock").write_text(lock)
    lockfile.check_inputs("c@x-1")


def test_a_setting_other_than_the_one_of_the_run_is_refused() -> None:
    Path("dvc.lock").write_text(lock_of({"a": ran(settings={"data.fit": "crop"})}))
    message = r"params.yaml: data.fit: pad, but a ran with crop; run `make repro`, or set it back"
    with pytest.raises(UserError, match=message):
        lockfile.check_setting("a", "data.fit", "pad")
    lockfile.check_setting("a", "data.fit", "crop")
    lockfile.check_setting("a", "data.range", "auto")
    lockfile.check_setting("b", "data.fit", "pad")


@pytest.mark.skipif(sys.platform != "linux", reason="only there it is seen who has ended")
def test_what_a_killed_dvc_holds_is_released() -> None:
    """Although its number is still taken, since nobody asked how it ended."""
    with subprocess.Popen(["true"]) as killed:
        os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
        ended, running = ({"pid": pid, "cmd": "dvc repro"} for pid in (killed.pid, os.getpid()))
        lockfile.HELD.parent.mkdir(parents=True)
        lockfile.HELD.write_text(json.dumps({"write": {"a": running}, "read": {"b": [ended]}}))
        lockfile.mend_after_kill()
        assert lockfile.HELD.exists(), "another one is at work"
        lockfile.HELD.write_text(json.dumps({"write": {"a": ended}, "read": {"b": [ended]}}))
        lockfile.mend_after_kill()
        assert not lockfile.HELD.exists()


@pytest.mark.parametrize("held", ["{}", "[]", '{"write": 3}', '{"read": {"b": [', ""])
def test_what_is_held_by_nobody_known_stays(held: str) -> None:
    lockfile.HELD.parent.mkdir(parents=True)
    lockfile.HELD.write_text(held)
    lockfile.mend_after_kill()
    assert lockfile.HELD.read_text() == held
