"""What several test files share: settings, a runtime, and made-up image data."""

import copy
import functools
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import dvc  # noqa: F401  # logs to what is stdout at its first import: of a test, it is closed soon
import numpy as np
import pytest
import torch
import yaml
from projects import Project, finished_once

from semisup.classify.budget import BudgetRun
from semisup.compute.device import Runtime
from semisup.data.dataset import NO_RANK, ROLES, TRAIN, ImageData
from semisup.params.data_sections import Augment
from semisup.params.loading import Params

REPOSITORY = Path(__file__).parents[1]
IN_MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # bytes
NO_CHANGE = {"shift": 0.0, "rotate": 0.0, "scale": 0.0, "flip": False, "color": 0.0, "erase": 0.0}


def pytest_configure() -> None:
    """Temporary files are in memory where it has room: disks are slow with many small ones."""
    if "TMPDIR" in os.environ or not IN_MEMORY.is_dir():
        return
    runs_programs = not os.statvfs(IN_MEMORY).f_flag & os.ST_NOEXEC
    if runs_programs and shutil.disk_usage(IN_MEMORY).free > ROOM:
        tempfile.tempdir = os.environ["TMPDIR"] = str(IN_MEMORY)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Without looking for garbage in what stays for good: tests, and all that they import."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_unconfigure() -> None:
    gc.unfreeze()  # libraries complain of what is left at the end


@pytest.fixture(autouse=True)
def _as_if_it_were_the_first_test() -> None:
    """Whatever those before it left behind."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # the faster for inputs as small as these


@pytest.fixture
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty one, where the test runs."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """A project whose whole workflow has run and is committed. Only to be read and copied."""
    return finished_once(tmp_path_factory.getbasetemp(), worker_id, "finished")


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished project, with its cache and history, to change at will."""
    return finished.copy(tmp_path)


@pytest.fixture(scope="session")
def runtime() -> Runtime:
    return Runtime(torch.device("cpu"), torch.float32)


@pytest.fixture
def values() -> dict[str, Any]:
    """The project's own params.yaml, free to be changed."""
    return copy.deepcopy(_read_once())


@functools.cache
def _read_once() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((REPOSITORY / "params.yaml").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="session")
def make_params() -> Callable[..., Params]:
    """Settings with some keys changed: {"data.image_size": 16}."""

    def make(edits: dict[str, Any]) -> Params:
        changed = copy.deepcopy(_read_once())
        for key, value in edits.items():
            *sections, last = key.split(".")
            section = changed
            for name in sections:
                section = section[name]
            section[last] = value
        return Params.model_validate(changed)

    return make


@pytest.fixture
def make_run(runtime: Runtime) -> Callable[..., BudgetRun]:
    """A method's stage at a budget, for the task `rotation`."""

    def make(
        params: Params, data: ImageData, method: str = "head", budget: int = 4, seed: int = 5
    ) -> BudgetRun:
        return BudgetRun(method, "rotation", budget, params, data, runtime, seed)

    return make


@pytest.fixture
def make_augment() -> Callable[..., Augment]:
    """Settings that change nothing but what is named."""
    return lambda **some: Augment.model_validate(NO_CHANGE | some)


@pytest.fixture(scope="session")
def make_data() -> Callable[..., ImageData]:
    """Images whose colour tells the class, as many per class and role as asked for."""

    def make(
        classes: int = 3,
        unlabelled: int = 4,
        train: int = 6,
        validation: int = 4,
        test: int = 5,
        size: int = 16,
        channels: int = 3,
        draws: int = 2,
    ) -> ImageData:
        rng = np.random.default_rng(0)
        per_role = {"left_out": 1, "unlabelled": unlabelled, "train": train}
        per_role |= {"validation": validation, "test": test}
        role = np.repeat([ROLES.index(name) for name in per_role], [*per_role.values()])
        role = np.tile(role, classes)
        truth = np.repeat(np.arange(classes), sum(per_role.values()))
        order = rng.permutation(len(role))
        role, truth = role[order], truth[order]
        labels = np.where(role <= ROLES.index("unlabelled"), -1, truth)
        rank = np.full((draws, len(role)), NO_RANK)
        for draw in range(draws):
            for label in range(classes):
                members = np.flatnonzero((role == TRAIN) & (labels == label))
                rank[draw, rng.permutation(members)] = np.arange(len(members))
        colours = rng.integers(60, 200, (classes, 1, 1, channels))
        noise = rng.integers(-50, 50, (len(role), size, size, channels))
        images = (colours[truth] + noise).astype(np.uint8)
        pool = np.flatnonzero((role == TRAIN) | (role == ROLES.index("unlabelled")))
        pixels = images[pool].reshape(-1, channels) / 255
        return ImageData(
            images,
            labels,
            role,
            rank,
            pool,
            [f"class {number}" for number in range(classes)],
            pixels.mean(axis=0).astype(np.float32),
            pixels.std(axis=0).astype(np.float32),
        )

    return make
