"""Images to label next, from made-up outputs of the stages before."""

import base64
import csv
import errno
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_lock import lock_of, ran
from PIL import Image

from semisup.choose.typical import Pick
from semisup.cli.suggest import contact_sheet, reason, suggest
from semisup.data.dataset import NO_RANK, TRAIN, UNLABELLED, split_row
from semisup.neighbours.stored import Graph, write_points
from semisup.params.loading import Params
from semisup.split.roles import NONE_CHOSEN
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

GROUPS = (9, 14, 20)  # images that are alike; the first of each lies in the middle
LABELLED = (10, 30)  # of the second and third group
OUT = Path("data/labels/suggested-1.csv")
Make = Callable[[dict[str, Any]], Params]


@pytest.fixture(autouse=True)
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with what the stages leave; positions are 100 and up."""
    monkeypatch.chdir(tmp_path)
    count = 100 + sum(GROUPS)
    for folder in (
        outputs.PREPARED,
        outputs.SPLITS,
        outputs.LABELS,
        outputs.folder_of("neighbours", "jigsaw"),
    ):
        folder.mkdir(parents=True)
    Path("reports").mkdir()
    images = (
        np.zeros((count, 8, 8, 1), np.uint8) + np.arange(count, dtype=np.uint8)[:, None, None, None]
    )
    np.save(outputs.PREPARED / outputs.IMAGES, images)
    manifest, split = np.zeros(count, outputs.MANIFEST_ROW), np.zeros(count, split_row(1))
    manifest["label"], split["role"], split["rank"] = -1, UNLABELLED, NO_RANK
    for number in LABELLED:
        manifest["label"][100 + number], split["role"][100 + number] = 0, TRAIN
    np.save(outputs.PREPARED / outputs.MANIFEST_ROWS, manifest)
    np.save(outputs.SPLITS / outputs.SPLIT_ROWS, split)
    np.save(outputs.SPLITS / outputs.CHOSEN, NONE_CHOSEN)
    names = [f"data/raw/a&b/{number}.png" for number in range(count)]
    table = [{"id": number, "source": name} for number, name in enumerate(names)]
    outputs.write_table(outputs.PREPARED / outputs.MANIFEST, table)
    outputs.write_json(outputs.PREPARED / outputs.SUMMARY, {"classes": ["cat", "dog"]})
    outputs.write_json(outputs.SPLITS / outputs.STATS, {"mean": [0.5], "std": [0.2]})
    _write_points(outputs.folder_of("neighbours", "jigsaw"))
    return tmp_path


def _write_points(folder: Path) -> None:
    parts = []
    for at, size in enumerate(GROUPS):
        group = np.eye(max(GROUPS))[:size]
        group[0] = 0
        parts.append(group + 100 * at)
    n = sum(GROUPS)
    edges = np.zeros((n, 1), np.int32)
    Graph(100 + np.arange(n), edges, edges.astype(np.float32)).write(folder)
    write_points(np.concatenate(parts).astype(np.float16), folder)


@pytest.fixture
def params(make_params: Make) -> Params:
    return make_params(
        {"pretext_tasks": ["jigsaw", "gan"], "finetune_tasks": [], "choose.most_clusters": 3}
    )


def rows(path: Path = OUT) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def test_clusters_without_labels_come_first(params: Params) -> None:
    said = suggest(params, 3)
    assert said == (
        "3 images to label, by the features of jigsaw (the first of pretext_tasks that has them): "
        "data/labels/suggested-1.csv, shown in data/labels/suggested-1.html"
    )
    found = rows()
    assert [*found[0]] == ["path", "cluster", "rank", "reason", "label"]
    assert [(row["path"], row["rank"], row["label"]) for row in found] == [
        ("data/raw/a&b/100.png", "1", ""),
        ("data/raw/a&b/123.png", "2", ""),
        ("data/raw/a&b/109.png", "3", ""),
    ]
    assert len({row["cluster"] for row in found}) == 3
    assert found[0]["reason"] == "most typical of 9 similar images, none labelled"
    assert found[2]["reason"].startswith(
        "most typical of the rest of 14 similar images, 1 labelled"
    )


def test_one_is_one_image(params: Params) -> None:
    assert suggest(params, 1).startswith("1 image to label, by ")


def test_no_labelled_image_is_suggested(params: Params) -> None:
    suggest(params, sum(GROUPS) - len(LABELLED), "jigsaw", OUT)
    numbers = {int(Path(row["path"]).stem) - 100 for row in rows()}
    assert numbers == {*range(sum(GROUPS))} - {*LABELLED}


def test_the_same_again(params: Params) -> None:
    other = Path("reports/suggested.csv")
    suggest(params, 7, None, other)
    suggest(params, 7)
    assert OUT.read_bytes() == other.read_bytes()
    assert other.with_suffix(".html").read_bytes() == OUT.with_suffix(".html").read_bytes()


def test_a_page_that_lost_its_table_is_left_alone(params: Params) -> None:
    """As where another commit was checked out, of which Git kept the tables alone."""
    suggest(params, 3)
    OUT.unlink()
    page = OUT.with_suffix(".html").read_bytes()
    assert "data/labels/suggested-2.csv, shown in" in suggest(params, 4)
    assert OUT.with_suffix(".html").read_bytes() == page


def test_images_of_another_table_are_not_named_again(params: Params) -> None:
    """Whether it is filled in or not: some images nobody can label."""
    suggest(params, 3)
    before = [row["path"] for row in rows()]
    OUT.write_text(OUT.read_text().replace(",", ";").replace("/", "\\"))  # by a program on Windows
    OUT.with_name("broken.csv").write_bytes(b"\xff")  # which is for `split` to refuse
    left = sum(GROUPS) - len(LABELLED) - 3
    suggest(params, left)
    again = [row["path"] for row in rows(OUT.with_name("suggested-2.csv"))]
    assert len({*again}) == left
    assert {*again}.isdisjoint(before)
    with pytest.raises(UserError, match=r"already, or a row in a table in data/labels$"):
        suggest(params, 1)


def test_a_full_disk_leaves_no_half_of_the_two_files(
    params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, text: str, **_: str) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(UserError, match=f"--out {OUT}: can't be written: No space left"):
        suggest(params, 3)
    assert [*OUT.parent.iterdir()] == []


def test_images_that_were_made_anew_since_are_not_taken_for_the_old_ones(params: Params) -> None:
    before, now = {"data/prepared": "01"}, {"data/prepared": "02"}
    stages = {"prepare": ran(outs=now), "neighbours@jigsaw": ran(deps=before)}
    Path("dvc.lock").write_text(lock_of(stages))
    with pytest.raises(UserError, match="neighbours@jigsaw: ran on another data/prepared than"):
        suggest(params, 3)
    assert not OUT.exists()


def test_page_shows_the_images_by_rank(params: Params) -> None:
    suggest(params, 2, None, OUT)
    page = OUT.with_suffix(".html").read_text(encoding="utf-8")
    shown = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(code))).convert("L"))
        for code in re.findall(r"base64,([^\"]+)\"", page)
    ]
    assert [(image.shape, int(image[0, 0])) for image in shown] == [((8, 8), 100), ((8, 8), 123)]
    assert "<b>1</b> data/raw/a&amp;b/100.png" in page
    assert "http" not in page
    assert "href" not in page, "none of these files is there"


def test_pictures_lead_to_their_files(params: Params) -> None:
    """Which show more than the small square that training sees."""
    file = Path("data/raw/a&b/100.png")
    file.parent.mkdir(parents=True)
    file.touch()
    suggest(params, 2)
    page = OUT.with_suffix(".html")
    assert re.findall(r'href="([^"]+)"', page.read_text()) == ["../raw/a%26b/100.png"]


def test_images_in_colour() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    image[..., 2] = 200
    page = contact_sheet([image], ["a"], ["b"], Path())
    (code,) = re.findall(r"base64,([^\"]+)\"", page)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(code)))), image)


def test_reason_of_an_image_alone() -> None:
    assert reason(Pick(0, 0, 1, 0)) == "most typical of 1 similar image, none labelled"


def test_task_that_the_summary_ranks_first(params: Params) -> None:
    lines = ["task,method,budget,validation_top1", "gan,head,1,0.3", "jigsaw,head,1,0.4"]
    lines += ["rotation,head,1,0.9", "none,supervised,1,0.95"]
    Path("reports/task_comparison.csv").write_text("\n".join(lines) + "\n")
    assert "of jigsaw (best on validation in reports/task_comparison.csv)" in suggest(
        params, 1, None, OUT
    )


BAD: dict[str, tuple[int, str | None, str, str]] = {
    "too many": (42, None, "a.csv", r"--count 42: more than the 41 images without a label"),
    "task": (1, "jigsw", "a.csv", r"--task jigsw: not in pretext_tasks .*did you mean 'jigsaw'"),
    "no features": (1, "gan", "a.csv", r"neighbours/gan/ids.npy: not there yet; run `dvc repro`"),
    "exists": (1, None, "reports/there.csv", r"there.csv is there already; move it away"),
    "page exists": (1, None, "reports/page.csv", r"page.html is there already; move it away"),
    "no table": (1, None, "a.html", r"--out a.html: should end in .csv; name"),
    "folder": (1, None, "no/a.csv", r"--out no/a.csv: there is no folder no"),
}


@pytest.mark.parametrize("mistake", BAD)
def test_options_that_can_not_be(params: Params, prepared: Path, mistake: str) -> None:
    for name in ("there.csv", "page.html"):
        Path("reports", name).touch()
    count, task, out, message = BAD[mistake]
    before = {*prepared.rglob("*")}
    with pytest.raises(UserError, match=message) as error:
        suggest(params, count, task, Path(out))
    assert "\n" not in str(error.value)
    assert {*prepared.rglob("*")} == before


def test_no_task(make_params: Make) -> None:
    params = make_params({"pretext_tasks": [], "finetune_tasks": []})
    with pytest.raises(UserError, match=r"^pretext_tasks .*: lists none"):
        suggest(params, 1, None, OUT)
