"""What is noted of the time that stages take."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from semisup.workflow import times
from semisup.workflow.errors import UserError
from semisup.workflow.times import Spent


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()


def test_seconds_count_from_the_start_of_imports(tmp_path: Path) -> None:
    code = (
        "import time\nwhile time.process_time() < 0.6:\n    pass\n"
        "from semisup.workflow import command\n"
        "def main(task: str, budget: int = 4) -> None:\n    '''Do it.'''\n"
        "command.run(main)"
    )
    (tmp_path / "head.py").write_text(code)
    began = time.monotonic()
    subprocess.run([sys.executable, "head.py", "gan"], check=True)
    (spent,) = times.read()
    assert (spent.stage, spent.task, spent.budget) == ("head", "gan", "4")
    assert 0.6 <= spent.seconds <= time.monotonic() - began + 0.1


@pytest.mark.parametrize(
    ("ending", "ended"),
    [
        (None, "done"),
        (SystemExit(0), "done"),
        (SystemExit(1), ""),
        (KeyboardInterrupt(), "interrupted"),
        (UserError("wrong"), ""),
    ],
)
def test_how_a_run_ended(ending: BaseException | None, ended: str) -> None:
    caught: BaseException | None = None
    try:
        with times.recorded("embed", {"task": "a, b"}):
            if ending:
                raise ending
    except BaseException as raised:
        caught = raised
    assert caught is ending
    rows = times.FILE.read_text().splitlines() if times.FILE.exists() else []
    assert [row.rpartition(",")[0] for row in rows] == [f'embed,"a, b",,{ended}'] * bool(ended)


def test_the_last_run_counts_and_interrupted_ones_before_it() -> None:
    assert times.read() == []
    rows = ["head,gan,4,done,9", "head,gan,4,interrupted,1.5", "head,gan,8,done,7"]
    rows += ["head,gan,4,interrupted,2", "head,gan,4,done,0.5", "embed,gan,,interrupted,3"]
    times.FILE.write_text("\n".join(rows) + "\n")
    assert times.read() == [Spent("head", "gan", "4", 4.0), Spent("head", "gan", "8", 7.0)]


def test_processes_that_train_together_leave_it_to_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with times.recorded("pretrain", {}):
        pass
    assert not times.FILE.exists()


def test_without_a_place_for_it_stages_go_on() -> None:
    Path("data").rmdir()
    with times.recorded("prepare", {}):
        pass
    assert not Path("data").exists()
