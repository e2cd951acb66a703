"""Files of the option --out are whole or not there, and nothing half-written stays."""

import os
import subprocess
import sys
from pathlib import Path

from semisup.predict.out_files import all_or_none
from semisup.workflow.processes import HOST


def test_what_killed_processes_left_of_the_same_files_is_removed(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    table, page = tmp_path / "a[1].csv", tmp_path / "a[1].html"
    left = [tmp_path / f".{out.name}.{HOST}-{ended.pid}.tmp" for out in (table, page)]
    others = [
        tmp_path / f".{table.name}.{HOST}-{os.getppid()}.tmp",  # still runs
        tmp_path / f".{table.name}.another_machine-{ended.pid}.tmp",
        tmp_path / f".b.csv.{HOST}-{ended.pid}.tmp",
        tmp_path / f".{table.name}.{HOST}-mine.tmp",
    ]
    for file in (*left, *others):
        file.write_text("half")
    with all_or_none(table, page) as files:
        assert not any(file.exists() for file in left)
        for file in files:
            file.write_text("whole")
    assert {*tmp_path.iterdir()} == {table, page, *others}
    assert table.read_text() == page.read_text() == "whole"
