"""How commands end: status and what the terminal shows."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
import torch
import typer

from semisup.workflow import command
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes

OUT_OF_MEMORY = {
    5: MemoryError(),
    6: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    7: RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried ..."),
    8: RuntimeError("CUDA error: out of memory"),  # of the host's pinned memory
    9: RuntimeError("MPS backend out of memory (MPS allocated: 5.00 GB). Tried to allocate ..."),
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where there is no data/ to write times to


def program(budget: Annotated[int, typer.Option()]) -> None:
    """Do what the budget says."""
    if budget == 1:
        raise UserError("params.yaml: draws: 0 should be greater")
    if budget == 2:
        raise KeyboardInterrupt
    if budget == 3:
        raise RuntimeError("a bug")
    if budget in OUT_OF_MEMORY:
        raise OUT_OF_MEMORY[budget]
    print("done")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr(sys, "argv", ["head.py", *arguments])
    monkeypatch.setattr(os, "_exit", sys.exit)
    with pytest.raises(SystemExit) as left:
        command.run(program)
    return left.value.code


def test_success(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--budget", "4") == 0
    assert capsys.readouterr() == ("done\n", "")


def test_nothing_that_was_printed_is_lost() -> None:
    program = (
        "from semisup.workflow import command\ndef main() -> None:\n    print('x' * 100_000)\n"
        "command.run(main)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert len(done.stdout) == 100_001


def test_a_users_mistake(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--budget", "1") == 2
    expected = "error: params.yaml: draws: 0 should be greater\n"
    assert capsys.readouterr() == ("", expected)


def test_what_was_warned_of_before_a_users_mistake_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    notes = Notes()

    def fails() -> None:
        with command.warned(notes.show):
            notes.warn("read as no label: '-1' (12)")
            raise UserError("data.folder: 1 class(es) with labels")

    with pytest.raises(SystemExit):
        command.call(fails)
    assert capsys.readouterr().err == (
        "warning: read as no label: '-1' (12)\nerror: data.folder: 1 class(es) with labels\n"
    )


@pytest.mark.parametrize("budget", OUT_OF_MEMORY)
def test_out_of_memory(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], budget: int
) -> None:
    assert run(monkeypatch, "--budget", str(budget)) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("error: out of memory: lower ")
    assert error.count("\n") == 1


def test_interrupt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--budget", "2") == 130
    assert capsys.readouterr() == ("", "interrupted: nothing was written; run it again to go on\n")


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["head.py", "--budget", "3"])
    with pytest.raises(RuntimeError, match="a bug"):
        command.run(program)


@pytest.mark.parametrize("arguments", [[], ["--budget", "four"], ["--bugdet", "4"]])
def test_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(monkeypatch, *arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "budget" in shown.err


def test_help_names_the_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--help") == 0
    shown = capsys.readouterr().out
    assert "Do what the budget says." in shown
    assert "--budget" in shown


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [(None, 2, "no such file"), ("seed: zero\n", 2, "error: "), ("- 1\n", 2, "section of keys")],
)
def test_check_command(tmp_path: Path, text: str | None, status: int, said: str) -> None:
    if text is not None:
        (tmp_path / "params.yaml").write_text(text)
    program = "from semisup.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.startswith("error: params.yaml: ")
    assert done.stderr.count("\n") == 1
