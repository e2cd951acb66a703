import sys

import pytest
from warm import warm_python

COMMON = """
import os, sys, torch
from functools import partial
from semisup.workflow.errors import UserError
from semisup.classify.parallel import side_by_side

def job(number):
    return number, os.getpid(), torch.get_num_threads()

def wrong():
    raise UserError("the loss is no longer a number")

def dying():
    os._exit(1)

cpu = torch.device("cpu")
parent = os.getpid()
"""


def run(code: str) -> list[str]:
    """In a process of its own: a fork needs a parent that has computed nothing yet."""
    done = warm_python().run("-c", COMMON + code, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


@pytest.mark.skipif(sys.platform != "linux", reason="jobs share a process but on Linux")
def test_each_job_has_a_process_and_its_share_of_the_threads() -> None:
    lines = run(
        "torch.set_num_threads(4)\n"
        "results = list(side_by_side([partial(job, n) for n in range(2)], cpu))\n"
        "print([r[0] for r in results], [r[2] for r in results])\n"
        "print(parent in {r[1] for r in results})\n"
    )
    assert lines == ["[0, 1] [2, 2]", "False"]


@pytest.mark.skipif(sys.platform != "linux", reason="jobs share a process but on Linux")
def test_many_jobs_are_not_all_in_memory_at_once() -> None:
    lines = run(
        "torch.set_num_threads(2)\n"
        "results = list(side_by_side([partial(job, n) for n in range(20)], cpu))\n"
        "print([r[0] for r in results] == [*range(20)], len({r[1] for r in results}) <= 4)\n"
    )
    assert lines == ["True True"]


@pytest.mark.parametrize(("threads", "jobs"), [(1, 3), (4, 1)])
def test_one_thread_or_one_job_stays_in_this_process(threads: int, jobs: int) -> None:
    lines = run(
        f"torch.set_num_threads({threads})\n"
        f"results = list(side_by_side([partial(job, n) for n in range({jobs})], cpu))\n"
        "print([r[0] for r in results], {r[1] for r in results} == {parent})\n"
    )
    assert lines == [f"{list(range(jobs))} True"]


@pytest.mark.skipif(sys.platform != "linux", reason="jobs share a process but on Linux")
@pytest.mark.parametrize(
    ("jobs", "message"),
    [("[partial(job, 0), wrong]", "no longer a number"), ("[dying, dying]", "process died")],
)
def test_a_failed_job_is_one_line_for_the_user(jobs: str, message: str) -> None:
    lines = run(
        "torch.set_num_threads(2)\n"
        f"try:\n    list(side_by_side({jobs}, cpu))\n"
        "except UserError as error:\n    print(error)\n"
    )
    assert len(lines) == 1
    assert message in lines[0]
