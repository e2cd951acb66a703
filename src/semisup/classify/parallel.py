"""Independent jobs side by side.

Networks as small as those of a few labels keep one CPU core busy, hardly two: three draws at once
take about two thirds of the time of one after the other.
"""

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar, cast

import torch

from semisup.workflow.errors import NoMeans
from semisup.workflow.processes import end_with_parent

JOBS_PER_THREAD = 2  # at most at once: each has a network and its images in memory

T = TypeVar("T")

_jobs: Sequence[Callable[[], object]] = ()  # what forked processes find instead of a pickle


def side_by_side(jobs: Sequence[Callable[[], T]], device: torch.device) -> Iterator[T]:
    """Results of all jobs in their order.

    On the CPU of a Linux machine each job has a process of its own and its share of this process's
    threads. Call it before anything was computed here: a fork copies no threads. Elsewhere (a
    GPU is shared badly, macOS does not fork safely) the jobs run one after the other.

    Raises:
        NoMeans: where a process died.
    """
    threads = torch.get_num_threads()
    if device.type != "cpu" or sys.platform != "linux" or min(threads, len(jobs)) < 2:
        yield from (job() for job in jobs)
        return
    global _jobs  # noqa: PLW0603
    _jobs = jobs
    share = max(1, threads // len(jobs))
    context = multiprocessing.get_context("fork")
    at_once = min(len(jobs), JOBS_PER_THREAD * threads)
    with ProcessPoolExecutor(at_once, context, _start, (share,)) as pool:
        try:
            yield from cast(Iterator[T], pool.map(_run, range(len(jobs))))
        except BrokenProcessPool:
            raise NoMeans(
                "a training process died, most likely for want of memory; set compute.threads to 1"
            ) from None


def _start(threads: int) -> None:
    """What a process does first."""
    torch.set_num_threads(threads)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C: end at once and without a word
    end_with_parent()


def _run(number: int) -> object:
    return _jobs[number]()
