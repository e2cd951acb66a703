"""Mistakes and mishaps of commands, in one line."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from projects import CHECKOUT

from semisup.cli import one_line
from semisup.cli.main import main


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "a.csv"), "error: a.csv: Permission denied\n"),
        (OSError(28, "No space left on device"), "error: No space left on device\n"),
        (
            ModuleNotFoundError("No module named 'onnx'", name="onnx.helper"),
            "error: the package onnx is not installed; run `make setup`\n",
        ),
    ],
)
def test_one_line_says_it(error: Exception, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise error

    with pytest.raises(SystemExit) as leaving:
        one_line.call(fails)
    assert leaving.value.code == 2
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    "error", [OSError("urlopen: refused"), ModuleNotFoundError(name="semisup")]
)
def test_what_may_be_a_fault_of_ours_is_shown(error: Exception) -> None:
    def fails() -> None:
        raise error

    with pytest.raises(type(error)):
        one_line.call(fails)


@pytest.mark.parametrize(
    ("words", "does"),
    [
        (["repro"], "semisup.cli.repro.repro"),
        (["quick"], "semisup.cli.quick.quick"),
        (["study", "glyphs"], "semisup.studies.run.study"),
    ],
)
def test_ctrl_c_between_stages_says_what_is_kept(
    words: list[str],
    does: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(CHECKOUT)
    monkeypatch.setattr(does, interrupted)
    monkeypatch.setattr(sys, "argv", ["semisup", *words])
    with pytest.raises(SystemExit) as leaving:
        main()
    assert leaving.value.code == 130
    said = "interrupted: finished stages stay; run it again to go on\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["look", "--foo"], "no such option: --foo; see `semisup look --help`"),
        (["lok"], "no such command 'lok'"),
        (["suggest"], "missing option '--count'; see `semisup suggest --help`"),
        (["suggest", "--count", "many"], "invalid value for '--count'"),
        (["predict"], "missing argument 'paths'; see `semisup predict --help`"),
        (["look", "at", "this"], "got unexpected extra argument"),
    ],
)
def test_words_that_no_command_knows_are_a_line(
    words: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["semisup", *words])
    with pytest.raises(SystemExit) as leaving:
        main()
    assert leaving.value.code == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"error: {said}")
    assert output.err.count("\n") == 1


def test_no_word_at_all_is_answered_by_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["semisup"])
    with pytest.raises(SystemExit) as leaving:
        main()
    assert leaving.value.code == 0
    assert "suggest" in capsys.readouterr().out


@pytest.fixture
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_handlers")
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_command_that_is_stopped_tidies_up(name: str) -> None:
    one_line.tidy_up_when_stopped()
    tidied = False
    with pytest.raises(SystemExit) as leaving:
        try:
            os.kill(os.getpid(), getattr(signal, name))
            signal.pause()
        finally:
            tidied = True
    assert tidied
    assert leaving.value.code == 128 + getattr(signal, name)


SHARES = """
import multiprocessing, os, signal, time
from semisup.cli import one_line
one_line.tidy_up_when_stopped()
one_line.spare_the_tracker()
lock = multiprocessing.get_context("spawn").Lock()
try:
    os.killpg(0, signal.SIGHUP)
finally:
    time.sleep(0.5)  # by then others have ended
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_closed_terminal_ends_what_shares_memory_without_a_word() -> None:
    command = [sys.executable, "-c", SHARES]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, start_new_session=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGHUP, "", "")
