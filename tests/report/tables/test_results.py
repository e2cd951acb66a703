from pathlib import Path

import pandas as pd
import pytest
from made_up import THREE_DRAWS, results

from semisup.report.methods import BASELINE, Way, ways
from semisup.report.tables.results import read_csv, read_pool_statistics, read_results, rows_of
from semisup.workflow import outputs
from semisup.workflow.errors import UserError


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("task", ["none", "None", "nan", "NA"])
def test_only_empty_cells_are_missing_values(tmp_path: Path, task: str) -> None:
    THREE_DRAWS.assign(top5="", task=task).to_csv(tmp_path / "results.csv", index=False)
    read = read_csv(tmp_path / "results.csv")
    assert (read["task"] == task).all()
    assert read["top5"].isna().all()


@pytest.mark.usefixtures("empty")
def test_missing_result_says_what_to_run() -> None:
    with pytest.raises(UserError, match=r"data/supervised/4/results.csv: not there yet; run"):
        read_results([BASELINE], [4])


@pytest.mark.usefixtures("empty")
def test_only_what_was_asked_for_is_read() -> None:
    table = results(["rotation", "gan"], methods=("head", "spread", "finetune", "selftrain"))
    for way in ways(["rotation", "gan"]):
        for budget, rows in rows_of(table, way).groupby("budget"):
            way.folder(budget).mkdir(parents=True)
            rows.to_csv(way.folder(budget) / outputs.RESULTS, index=False)
    read = read_results(ways(["gan"]), [4, 16])
    expected = table[table["task"].isin(["none", "gan"]) & table["budget"].isin([4, 16])]
    pd.testing.assert_frame_equal(read, expected.reset_index(drop=True))


def test_rows_of_one_method_and_task() -> None:
    rows = rows_of(results(["rotation", "gan"]), Way("head", "gan"))
    assert len(rows) == 9
    assert set(zip(rows["method"], rows["task"], strict=True)) == {("head", "gan")}


@pytest.mark.usefixtures("empty")
def test_where_one_draw_could_not_tell() -> None:
    """What is shown of the pool is drawn; of few images with a known class none may be among it."""
    way = Way("spread", "gan")
    way.folder(4).mkdir(parents=True)
    told = [{"draw": 0, "pool_images": 7}, {"draw": 1, "pool_images": 7, "pool_top1": 0.5}]
    outputs.write_table(way.folder(4) / outputs.POOL_STATISTICS, told)
    read = read_pool_statistics([way], [4])
    assert read["pool_top1"].mean() == 0.5
    assert read["pool_top1"].isna().tolist() == [True, False]
