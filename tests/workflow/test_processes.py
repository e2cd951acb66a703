import os
import subprocess
import sys

import pytest

from semisup.workflow.processes import is_running


def test_a_process_runs_until_it_ends() -> None:
    assert is_running(os.getpid())
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        assert is_running(process.pid)
    assert not is_running(process.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_one_that_nobody_asked_how_it_ended_does_not_run() -> None:
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie
        assert not is_running(process.pid)
