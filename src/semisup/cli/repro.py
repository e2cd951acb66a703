"""`dvc repro` with several stages at a time, each by `dvc repro --single-item`.

DVC itself runs one stage after the other, but its locks allow stages side by side as long as none
writes what another one reads: here a stage starts when all that it depends on are done.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from graphlib import TopologicalSorter
from pathlib import Path
from threading import Event

from semisup.cli import lockfile, workflow

BUSY = ("Unable to acquire lock", "is busy, it is being blocked")  # another DVC, for a moment
TRIES, PAUSE_SECONDS = 60, 0.5
LOCK = Path(".dvc/tmp/semisup-repro")  # with this process: DVC starts anew for each stage


def repro(jobs: int) -> None:
    """Run all stages that changed and those after them, up to `jobs` at once.

    Raises:
        UserError: where a stage failed; those that run beside it end first.
    """
    with _noted():
        _run_all(jobs)


@contextmanager
def _noted() -> Iterator[None]:
    """While it lasts, `semisup progress` knows of this process."""
    with suppress(OSError):  # no run fails for it
        LOCK.parent.mkdir(parents=True, exist_ok=True)
        LOCK.write_text(str(os.getpid()), encoding="utf-8")
    try:
        yield
    finally:
        with suppress(OSError):
            LOCK.unlink()


def _run_all(jobs: int) -> None:
    stages = workflow.read()
    if stages.always:  # what others are found to be changed by
        for name in stages.always:
            if not _run(name, workflow.environment(), Event()):
                raise workflow.failure([name])
        stages = workflow.read()
    parents, wanted = stages.parents, stages.left()
    before = lockfile.stages()
    # each stage has as many threads as when it runs alone, so that it computes the same; where
    # they are more than cores, they must not wait for each other busily
    env = workflow.environment() | {"OMP_WAIT_POLICY": "passive"}
    waiting = TopologicalSorter({name: parents[name] & wanted for name in wanted})
    waiting.prepare()
    running: dict[Future[bool], str] = {}
    failed: list[str] = []
    interrupted = Event()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while waiting.is_active():
                for name in [] if failed else sorted(waiting.get_ready()):
                    running[pool.submit(_run, name, env, interrupted)] = name
                if not running:
                    break
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    name = running.pop(future)
                    waiting.done(name)
                    if not future.result():
                        failed.append(name)
        except KeyboardInterrupt:  # the stages were interrupted too
            interrupted.set()
            pool.shutdown(cancel_futures=True)
            raise
        finally:
            lockfile.put_in_order([*before, *stages.order])
    if failed:
        raise workflow.failure(failed)


def _run(name: str, env: Mapping[str, str], interrupted: Event) -> bool:
    """One stage, whether it went well; what it printed is passed on in one piece if not."""
    command = [*workflow.DVC, "repro", "--single-item", name]
    started = time.monotonic()
    for _ in range(TRIES):
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode == 0 or not any(busy in done.stderr for busy in BUSY):
            break
        if interrupted.wait(PAUSE_SECONDS):
            break
    seconds = time.monotonic() - started
    if done.returncode and not interrupted.is_set():
        print(f"{name}: failed\n{done.stdout}{done.stderr}", file=sys.stderr, end="", flush=True)
    elif not done.returncode:
        print(f"{name}: done in {seconds:.0f} s", flush=True)
    return done.returncode == 0
