"""Prepared, split data as later stages open it, and what a draw may use at a budget."""

import csv
import dataclasses
import json
import shutil
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from made_files import pack

from semisup.compute.device import Runtime
from semisup.data.dataset import (
    ROLES,
    ImageData,
    open_data,
    open_pool,
    read_manifest,
    spaced,
    split_row,
)
from semisup.data.device_images import EVALUATION_BATCH, DeviceImages
from semisup.network.entry import Normalise
from semisup.prepare.records import Decoded, Record
from semisup.split.roles import NONE_CHOSEN, Lost, Rules, Split, make_split
from semisup.split.writing import write_split
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes
from semisup.workflow.outputs import PREPARED, SPLITS

MakeData = Callable[..., ImageData]
SIDE = 4


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Split:
    """What `prepare` and `split` wrote: 24 images of 2 classes, 6 unlabelled, one a copy."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (31, SIDE, SIDE, 3)).astype(np.uint8)
    images[:, 0, 0] = [1, 2, 3]  # no grey image
    images[30] = images[0]
    names = [*["b,c"] * 12, *["a"] * 12, *[None] * 7]
    records = [Record(f"{n}.png", name) for n, name in enumerate(names)]
    PREPARED.mkdir(parents=True)
    SPLITS.mkdir()
    pack(zip(records, map(Decoded.of, images), strict=True), PREPARED, SIDE, "auto", 0.0)
    manifest = read_manifest()
    done = make_split(manifest, Rules(2, 0.25, None, 2, 3))
    write_split(SPLITS, done, manifest.classes, Notes())
    return done


def test_manifest(written: Split) -> None:
    manifest = read_manifest()
    assert manifest.classes == ["a", "b,c"]
    assert manifest.labels.tolist() == [1] * 12 + [0] * 12 + [-1] * 7
    assert not manifest.given_test.any()
    assert manifest.same_as.tolist() == [*range(30), 0]
    assert (manifest.group == -1).all()
    assert len(np.unique(manifest.key)) == 30
    assert manifest.key[0] == manifest.key[30]


def test_what_is_written_is_opened(written: Split) -> None:
    data = open_data()
    assert np.array_equal(data.role, written.role)
    assert np.array_equal(data.rank, written.rank)
    assert np.array_equal(data.pool, written.pool)
    assert isinstance(data.images, np.memmap)
    assert (data.channels, data.image_size) == (3, SIDE)
    pixels = data.images[written.pool].reshape(-1, 3) / 255
    np.testing.assert_allclose(data.mean, pixels.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(data.std, pixels.std(axis=0), atol=1e-5)
    for name, positions in (("test", data.test), ("validation", data.validation)):
        assert positions.tolist() == np.flatnonzero(written.role == ROLES.index(name)).tolist()


def test_split_table_and_statistics(written: Split) -> None:
    rows = list(csv.DictReader((SPLITS / outputs.SPLIT).open()))
    assert list(rows[0]) == ["id", "role", "in_pool", "rank_0", "rank_1"]
    assert [row["role"] for row in rows] == [ROLES[role] for role in written.role]
    stats = json.loads((SPLITS / outputs.STATS).read_text())
    assert stats["pool"] == len(written.pool)
    assert stats["leaked"] == written.lost.leaked
    assert sum(stats[name] for name in ROLES) == 31
    assert stats["validation"] == 4
    with (SPLITS / outputs.CLASSES).open() as file:
        counted = [*csv.DictReader(file)]
    assert [row["class"] for row in counted] == ["a", "b,c"]
    assert sum(int(row["test"]) for row in counted) == stats["test"] > 1
    assert sum(int(row["train"]) for row in counted) == stats["train"]


def test_statistics_of_one_colour_can_be_divided_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    PREPARED.mkdir(parents=True)
    np.save(PREPARED / "images.npy", np.full((4, SIDE, SIDE, 1), 7, np.uint8))
    none = np.full((1, 4), -1)
    split = Split(np.ones(4, np.int64), none, np.arange(4), none[0], Lost(0, 0, 0), NONE_CHOSEN)
    write_split(tmp_path, split, [], Notes())
    stats = json.loads((tmp_path / outputs.STATS).read_text())
    assert stats["mean"] == pytest.approx([7 / 255], abs=1e-6)
    assert stats["std"][0] > 0


@pytest.mark.parametrize("gone", [PREPARED, SPLITS])
@pytest.mark.usefixtures("written")
def test_stages_that_have_not_run(gone: Path) -> None:
    shutil.rmtree(gone)
    with pytest.raises(UserError, match=rf"^{gone}/.*not there yet; run `dvc repro`"):
        open_data()


@pytest.mark.usefixtures("written")
def test_pretraining_sees_the_same_with_more_labels() -> None:
    before, seen = open_data(), open_pool()
    shutil.rmtree(SPLITS)
    SPLITS.mkdir()
    manifest = read_manifest()
    chosen = np.array([[25, 0], [28, 1]])
    more = make_split(manifest, Rules(2, 0.25, None, 2, 3), chosen)
    write_split(SPLITS, more, manifest.classes, Notes())
    after = open_data()
    assert after.labels[[25, 28]].tolist() == [0, 1]
    assert np.array_equal(np.delete(after.labels, [25, 28]), np.delete(before.labels, [25, 28]))
    for pool in (seen, open_pool()):
        assert np.array_equal(pool.pool, before.pool)
        assert np.array_equal(pool.images, before.images)
        assert np.array_equal(pool.validation, before.validation)
        assert np.array_equal(pool.labels[pool.validation], before.labels[before.validation])
        assert (np.delete(pool.labels, pool.validation) == -1).all()
        assert np.array_equal(pool.mean, before.mean)
        assert np.array_equal(pool.std, before.std)
        assert not len(pool.test)


@pytest.mark.parametrize("name", ["manifest.npy", "images.npy", "split.npy", "chosen.npy"])
@pytest.mark.usefixtures("written")
def test_outputs_of_an_older_run(name: str) -> None:
    (gone,) = Path("data").glob(f"*/{name}")
    gone.unlink()
    with pytest.raises(UserError, match=rf"{name}: not there yet; run `dvc repro`"):
        open_data()


@pytest.mark.usefixtures("written")
def test_arrays_say_what_the_tables_say() -> None:
    data = open_data()
    same_as = read_manifest().same_as
    with (PREPARED / outputs.MANIFEST).open() as file:
        images = list(csv.DictReader(file))
    with (SPLITS / outputs.SPLIT).open() as file:
        roles = list(csv.DictReader(file))
    shown = [data.classes[label] if label >= 0 else "" for label in data.labels]
    assert [image["label"] for image in images] == shown
    assert [int(image["duplicate_of"] or image["id"]) for image in images] == same_as.tolist()
    assert [ROLES.index(row["role"]) for row in roles] == data.role.tolist()
    assert [int(row["id"]) for row in roles if row["in_pool"] == "1"] == data.pool.tolist()
    for draw, ranks in enumerate(data.rank):
        expected = ["" if rank < 0 else str(rank) for rank in ranks]
        assert [row[f"rank_{draw}"] for row in roles] == expected


def test_a_row_takes_few_bytes_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, draws = 200_000, 3
    monkeypatch.chdir(tmp_path)
    PREPARED.mkdir(parents=True)
    SPLITS.mkdir()
    np.save(PREPARED / outputs.MANIFEST_ROWS, np.zeros(rows, outputs.MANIFEST_ROW))
    np.save(SPLITS / outputs.SPLIT_ROWS, np.ones(rows, split_row(draws)))
    np.save(SPLITS / outputs.CHOSEN, NONE_CHOSEN)
    np.save(PREPARED / outputs.IMAGES, np.zeros((rows, 1, 1, 1), np.uint8))
    outputs.write_json(PREPARED / outputs.SUMMARY, {"classes": ["a", "b"]})
    outputs.write_json(SPLITS / outputs.STATS, {"mean": [0.5], "std": [0.2]})
    tracemalloc.start()
    try:
        data = open_data()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(data.pool) == rows
    assert peak / rows < 64, "seven whole numbers; a dict of the table's cells has 900"


def test_selection_with_separate_validation(make_data: MakeData) -> None:
    data = make_data(train=6, validation=4)
    before: set[int] = set()
    for budget, per_class in ((1, 1), (4, 4), (100, 6)):
        chosen = data.labelled_set(budget, 1, 0.5)
        assert np.bincount(data.labels[chosen.train]).tolist() == [per_class] * 3
        assert (data.role[chosen.train] == ROLES.index("train")).all()
        assert np.array_equal(chosen.validation, data.validation)
        assert before < set(chosen.train.tolist())
        before = set(chosen.train.tolist())
    first, second = (data.labelled_set(2, draw, 0.5) for draw in range(2))
    assert first.train.tolist() != second.train.tolist()


@pytest.mark.parametrize(
    ("budget", "fraction", "validation"),
    [
        (1, 0.25, 0),
        (3, 0.25, 0),
        (4, 0.25, 1),
        (6, 0.5, 3),
        (6, 0.99, 5),
        (1, 0.99, 0),
        (8, 0.5, 3),
    ],
)
def test_selection_within_the_budget(
    make_data: MakeData, budget: int, fraction: float, validation: int
) -> None:
    data = make_data(train=6, validation=0)
    has = min(budget, 6)
    for draw in range(2):
        chosen = data.labelled_set(budget, draw, fraction)
        assert np.bincount(data.labels[chosen.validation], minlength=3).tolist() == [validation] * 3
        assert np.bincount(data.labels[chosen.train]).tolist() == [has - validation] * 3
        assert not set(chosen.train) & set(chosen.validation)
        # together exactly the images whose labels the budget buys
        bought = np.flatnonzero((data.rank[draw] >= 0) & (data.rank[draw] < budget))
        assert sorted([*chosen.train, *chosen.validation]) == bought.tolist()


@pytest.mark.parametrize(("budget", "bought"), [(4, (4, 0)), (8, (6, 2)), (30, (6, 10))])
def test_what_draws_share_where_labels_were_chosen(
    make_data: MakeData, budget: int, bought: tuple[int, int]
) -> None:
    """Of each class 6 at random come first, then 10 that were chosen; both are drawn at random."""
    data = make_data(train=16)
    chosen = [np.flatnonzero((data.rank[0] >= 0) & (data.labels == c))[6:] for c in range(3)]
    data = dataclasses.replace(data, chosen=np.concatenate(chosen))
    rng = np.random.default_rng(0)
    parts = [*zip((6, 10), bought, strict=True)]
    ways = [[rng.permutation(n)[:m] for n, m in parts] for _ in range(4000)]
    common = [
        sum(len(np.intersect1d(*pair)) for pair in zip(one, two, strict=True))
        for one, two in pairwise(ways)
    ]
    expected = np.mean(common) / sum(bought)
    assert data.shared_by_draws(budget) == pytest.approx(expected, abs=0.02)


def test_images_that_some_draw_ranks_low(make_data: MakeData) -> None:
    data = make_data(train=6, draws=2)
    expected = {
        position for draw in range(2) for position in data.labelled_set(2, draw, 0.5).train.tolist()
    }
    assert data.ranked_below(2).tolist() == sorted(expected)
    assert 6 <= len(expected) <= 12
    assert len(data.ranked_below(100)) == 18


def test_images_on_the_device(make_data: MakeData, runtime: Runtime) -> None:
    data = make_data()
    chosen = data.test[[3, 0, 5]]
    images = DeviceImages(data, chosen, runtime)
    assert len(images) == 3
    shown = images.plain(torch.tensor([2, 0]))
    expected = data.images[chosen[[2, 0]]] / 255
    np.testing.assert_allclose(shown.permute(0, 2, 3, 1).numpy(), expected, atol=1e-5)
    parts = [images.plain(batch) for batch in images.batches(EVALUATION_BATCH // 2)]
    assert [len(part) for part in parts] == [2, 1]
    assert torch.equal(torch.cat(parts), images.plain(slice(None)))


def test_large_images_are_looked_at_fewer_at_once(make_data: MakeData, runtime: Runtime) -> None:
    data = make_data(classes=2, size=512)
    images = DeviceImages(data, np.tile(data.pool, 40), runtime)
    sizes = {batch.stop - batch.start for batch in images.batches()}
    assert max(sizes) == 1024 * 64**2 // 512**2
    assert next(images.batches(views=1000)) == slice(0, 1)
    assert not list(DeviceImages(data, data.pool[:0], runtime).batches())


def test_an_encoder_normalises_by_the_pool(make_data: MakeData, runtime: Runtime) -> None:
    data = make_data()
    pool = DeviceImages(data, data.pool, runtime).plain(slice(None))
    seen = Normalise(data.mean.tolist(), data.std.tolist())(pool)
    for channel in seen.unbind(1):
        assert channel.mean().item() == pytest.approx(0, abs=1e-4)
        assert channel.std().item() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [(0, 3, []), (2, 3, [0, 1]), (6, 3, [0, 2, 4]), (7, 3, [0, 2, 4])],
)
def test_some_from_all_over(count: int, most: int, expected: list[int]) -> None:
    assert spaced(np.arange(count), most).tolist() == expected
