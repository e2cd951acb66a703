"""DVC's own commands that the workflow is made for."""

import csv
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from pictures import write_pictures
from projects import BUDGETS, CHECKOUT, TASK, Project

QUEUE_SECONDS = 300
METRICS, CURVE = "reports/metrics.json", "reports/label_curve.csv"


def rows(project: Project, table: str) -> list[dict[str, str]]:
    with (project.root / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(project: Project, table: str, name: str) -> set[str]:
    return {row[name] for row in rows(project, table)}


def budgets_in_metrics(project: Project) -> set[str]:
    """Keys below `finetune.<task>`, `head.<task>` and `supervised`."""
    metrics = json.loads((project.root / METRICS).read_text(encoding="utf-8"))
    trees = [*metrics["finetune"].values(), *metrics["head"].values(), metrics["supervised"]]
    return {budget for tree in trees for budget in tree}


@pytest.fixture(scope="module")
def branched(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A branch of the finished project with another learning rate, run and committed."""
    project = finished.copy(tmp_path_factory.mktemp("branched"))
    project.git("checkout", "--quiet", "-b", "faster")
    project.change({"finetune.lr": 0.5})
    trained = {f"{stage}@{TASK}-{b}" for stage in ("finetune", "selftrain") for b in BUDGETS}
    assert project.repro() == trained | {"report", "export"}
    project.commit("Fine-tune faster")
    return project


@pytest.mark.xdist_group("branched")
def test_metrics_diff_shows_both_branches(branched: Project) -> None:
    diff = json.loads(branched.dvc("metrics", "diff", "main", "--all", "--json"))[METRICS]
    for budget in ("0001", "0002"):
        assert {"old", "new"} <= diff[f"finetune.{TASK}.{budget}.top1"].keys()
    changed = {key for key, values in diff.items() if values["old"] != values["new"]}
    assert changed
    methods = (f"finetune.{TASK}.", f"selftrain.{TASK}.")
    assert all(key.startswith(methods) for key in changed)
    shown = json.loads(branched.dvc("metrics", "diff", "main", "--json"))[METRICS]
    assert set(shown) == changed


@pytest.mark.xdist_group("branched")
def test_metrics_diff_needs_no_cache(branched: Project, tmp_path: Path) -> None:
    clone = branched.clone(tmp_path)
    clone.git("fetch", "--quiet", "origin", "main:main")
    shown = clone.dvc("metrics", "diff", "main")
    assert f"finetune.{TASK}.0001.top1" in shown or f"finetune.{TASK}.0002.top1" in shown


@pytest.mark.xdist_group("branched")
def test_params_diff_shows_the_edit(branched: Project) -> None:
    diff = json.loads(branched.dvc("params", "diff", "main", "--json"))["params.yaml"]
    assert diff.keys() == {"finetune.lr"}
    assert (diff["finetune.lr"]["old"], diff["finetune.lr"]["new"]) == (0.02, 0.5)


@pytest.mark.xdist_group("branched")
@pytest.mark.parametrize("command", [["show"], ["diff", "main"]])
def test_plots_hold_every_series(branched: Project, tmp_path: Path, command: list[str]) -> None:
    branched.dvc("plots", *command, "--out", str(tmp_path))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for table in ("label_curve", "pretext", "training"):
        series = column(branched, f"reports/plots/{table}.csv", "series")
        assert series
        assert {name for name in series if name not in page} == set()


@pytest.mark.parametrize("kind", ["stubs", pytest.param("project", marks=pytest.mark.slow)])
def test_experiment_with_other_budgets(request: pytest.FixtureRequest, kind: str) -> None:
    project: Project = request.getfixturevalue(kind)
    project.restore()
    project.dvc("exp", "run", "--set-param", "label_budgets=[1,4]")
    for stage in ("head", "spread", "finetune", "selftrain"):
        found = {path.name for path in (project.root / "data" / stage).iterdir()}
        assert found - {".gitkeep"} == {f"{TASK}-1", f"{TASK}-4"}, "removed budgets are pruned"
    if kind == "project":
        assert column(project, CURVE, "budget") == {"1", "4"}
        assert budgets_in_metrics(project) == {"0001", "0004"}


WORKFLOW = """
stages:
  make:
    matrix:
      name: [a, b]
    cmd: python make.py ${item.name}
    deps: [make.py]
    params: [bytes]
    outs: ["data/made/${item.name}"]
  report:
    cmd: python -c "import pathlib; pathlib.Path('report.json').write_text('{}')"
    deps: [data/made]
    params: [bytes]
    metrics:
      - report.json:
          cache: false
"""
MAKE = """
import pathlib, random, sys

size = int(pathlib.Path("params.yaml").read_text().split(":")[1])
folder = pathlib.Path("data/made", sys.argv[1])
folder.mkdir(parents=True)
(folder / "large.bin").write_bytes(random.Random(size).randbytes(size))
"""
SIZE = 3_000_000  # of what cannot be compressed


def kept_by_git(project: Project) -> int:
    """Bytes of all objects, loose and packed."""
    lines = project.git("count-objects", "-v").splitlines()
    counts = {name: int(number) for name, number in (line.split(": ") for line in lines)}
    return 1024 * (counts["size"] + counts["size-pack"])


def test_an_experiment_brings_nothing_large_into_git(tmp_path: Path) -> None:
    """Though the report depends on a folder of outputs, which DVC 3.67 would not ignore itself."""
    project = Project(tmp_path / "project")
    (project.root / "data").mkdir(parents=True)
    for name, text in {
        "dvc.yaml": WORKFLOW,
        "make.py": MAKE,
        "params.yaml": f"bytes: {SIZE}\n",
        ".gitignore": (CHECKOUT / ".gitignore").read_text(),
        "data/README.md": "What DVC caches.\n",
    }.items():
        (project.root / name).write_text(text)
    project.git("init", "--quiet", "--initial-branch", "main")
    project.dvc("init", "--quiet")
    project.dvc("repro")
    project.commit("Results")
    before = kept_by_git(project)
    project.dvc("exp", "run", "--set-param", f"bytes={SIZE + 1}", "--name", "other")
    assert (project.root / "data/made/a/large.bin").stat().st_size == SIZE + 1
    (ref,) = project.git("for-each-ref", "--format=%(refname)", "refs/exps/**/other").split()
    tracked = {}
    for line in project.git("ls-tree", "-r", "-l", ref).splitlines():
        about, name = line.split("\t")
        tracked[name] = int(about.split()[3])
    assert {"dvc.yaml", "dvc.lock", "params.yaml", "report.json"} <= tracked.keys()
    assert {name for name in tracked if name.startswith("data/")} == {"data/README.md"}
    assert max(tracked.values()) < 10_000
    assert kept_by_git(project) - before < 100_000


@pytest.mark.slow
def test_queued_experiments(project: Project) -> None:
    rates = {"slow": 0.001, "fast": 0.1}
    for name, rate in rates.items():
        edits = ("-S", f"finetune.lr={rate}", "-S", "label_budgets=[2]")
        project.dvc("exp", "run", "--queue", "--name", name, *edits)
    project.dvc("queue", "start", "--jobs", "1")
    wait_for_queue(project)
    found = {e["name"]: e["revs"][0]["data"] for e in experiments(project)}
    assert found.keys() == rates.keys()
    for name, rate in rates.items():
        assert found[name]["params"]["params.yaml"]["data"]["finetune"]["lr"] == rate
        metrics = found[name]["metrics"][METRICS]["data"]
        assert metrics["finetune"][TASK].keys() == {"0002"}


@pytest.mark.slow
def test_an_experiment_in_a_clean_checkout_with_images_of_ones_own(project: Project) -> None:
    for name in ("cat", "dog"):
        write_pictures(project.root / f"data/raw/labelled/{name}", 20)
    project.change({"data.source": "folder", "data.folder.labelled": "data/raw/labelled"})
    project.dvc("exp", "run", "--temp", "--copy-paths", "data/raw/labelled", "--name", "own")
    (found,) = experiments(project)
    data = found["revs"][0]["data"]
    assert data["params"]["params.yaml"]["data"]["data"]["source"] == "folder"
    assert data["metrics"][METRICS]["data"]["supervised"]


def wait_for_queue(project: Project) -> None:
    """Skips the test where no worker process takes up the work, as in some sandboxes."""
    end = time.monotonic() + QUEUE_SECONDS
    was_running = False
    while time.monotonic() < end:
        status = project.dvc("queue", "status")
        was_running |= "Running" in status or "Success" in status
        assert "Failed" not in status, status
        if status.count("Success") == 2:
            return
        time.sleep(2)
    if was_running:
        pytest.fail(f"experiments took more than {QUEUE_SECONDS} s:\n{status}")
    pytest.skip(f"DVC's worker did not start here:\n{status}")


def experiments(project: Project) -> list[dict[str, Any]]:
    """Those that began at the present commit."""
    shown = json.loads(project.dvc("exp", "show", "--json"))
    found: list[dict[str, Any]] = []
    for commit in shown:
        found += commit["experiments"] or []
    return found


def test_report_ignores_results_that_are_not_asked_for(project: Project) -> None:
    for kind in ("head", "finetune"):
        shutil.copytree(project.root / f"data/{kind}/{TASK}-1", project.root / f"data/{kind}/old-8")
    project.change({"label_budgets": [2]})
    assert project.repro() == {"report"}, "without removing what lies in data"
    assert (project.root / f"data/head/{TASK}-1").exists()
    assert column(project, CURVE, "budget") == {"2"}
    assert column(project, CURVE, "task") == {TASK, "none"}
    assert budgets_in_metrics(project) == {"0002"}
    assert column(project, "reports/plots/label_curve.csv", "budget") == {"2"}
    training = column(project, "reports/plots/training.csv", "series")
    assert training == {
        "supervised 2",
        *(f"{method} ({TASK}) 2" for method in ("head", "spread", "finetune", "selftrain")),
    }
