"""The documentation is true where that can be told: links, tables, graphs, settings."""

import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import networkx
import pytest
import test_rerun_table as rerun
import yaml
from pages import CHECKOUT, PAGES, blocks, inline, prose, table, text
from projects import STAGES, TASK, Project

from semisup.params.loading import Params
from semisup.params.sections import BACKBONE_LAYERS, RESNETS, known_tasks

ARCHITECTURE, TASKS = "docs/architecture.md", "docs/pretext-tasks.md"


def anchors(page: str) -> set[str]:
    """Of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", prose(page)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (CHECKOUT / page).parent / path if path else CHECKOUT / page
        assert file.exists(), f"{page}: {target}"
        if anchor:
            assert anchor in anchors(str(file.resolve().relative_to(CHECKOUT))), target


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "yaml")])
def test_settings_shown_are_valid(page: str, values: dict[str, Any]) -> None:
    for block in blocks(page, "yaml"):
        Params.model_validate(merged(values, yaml.safe_load(block)))


def merged(values: dict[str, Any], edit: dict[str, Any]) -> dict[str, Any]:
    result = copy.deepcopy(values)
    for key, value in edit.items():
        assert key in result, f"params.yaml has no {key}"
        result[key] = merged(result[key], value) if isinstance(value, dict) else value
    return result


def test_readme_is_short_and_pages_open_with_their_question() -> None:
    assert len(text("README.md").splitlines()) <= 120
    for page in PAGES:
        if page.startswith("docs/") or page == "CONTRIBUTING.md":
            title, question = text(page).split("\n\n")[:2]
            assert title.startswith("# ")
            assert question.endswith("?"), page


def test_every_page_is_in_the_index() -> None:
    for page in PAGES:
        if page.startswith("docs/") and page != "docs/README.md":
            assert f"]({Path(page).name})" in text("docs/README.md")
            assert f"]({page})" in text("README.md")


# The table of what an edit reruns, and what tests/pipeline finds.

FOUND = {
    "a budget more in `label_budgets`": rerun.ROWS["add a budget"][1],
    "a budget less": rerun.ROWS["remove a budget"][1] | {"export"},  # of the largest
    "`finetune.*`": rerun.ROWS["finetune"][1],
    "`selftrain.*`": rerun.ROWS["selftrain"][1],
    "`head.*`": rerun.ROWS["head"][1],
    "`spread.*`": rerun.ROWS["spread"][1],
    "`supervised.*`": rerun.supervised() | rerun.PAGES,  # test_edit_taken_back...
    "`export.*`": rerun.ROWS["export"][1],
    "`pretrain.rotation.*`": rerun.ROWS["pretrain.rotation"][1],
    # test_new_task_then...
    "a task more in `pretext_tasks`": rerun.from_pretrain(rerun.ONE_BUDGET, "random"),
    "`backbone.*`": rerun.ROWS["backbone"][1],
    "`compute.*`": rerun.ROWS["compute"][1],
}
FOUND_TOO = {
    "`embed.*`": rerun.ROWS["embed"][1],
    "`neighbours.*`": rerun.ROWS["neighbours"][1],
    "`choose.*`": rerun.ROWS["choose"][1],
    "a budget more in `control_budgets`": rerun.ROWS["control"][1],
    "`data.augment.*`": rerun.ROWS["data.augment"][1],
    "`split.*`": rerun.ROWS["split"][1],
    "`seed`": rerun.ROWS["seed"][1],
    "`report.*`": rerun.ROWS["report"][1],
}
# rows that are no edits of params.yaml: other tests of tests/pipeline find what these rerun
NO_PARAMS = {"files in `data/raw`", "tables in `data/labels`", "code of a room"}


def named_stages(cell: str) -> set[str]:
    """The stages that a cell of the table means."""
    if cell in ("nothing", "all"):
        return set(STAGES) if cell == "all" else set()
    named = {stage for stage in STAGES if re.search(rf"\b{stage}\b", cell)}
    if cell.startswith("all but"):
        return set(STAGES) - named
    if "what follows" in cell:
        named |= {after for stage in named for after in networkx.descendants(graph(), stage)}
    return named


@pytest.mark.parametrize(
    ("page", "found", "others"), [("README.md", FOUND, set()), (ARCHITECTURE, FOUND_TOO, NO_PARAMS)]
)
def test_rerun_table(page: str, found: dict[str, set[str]], others: set[str]) -> None:
    rows = {edit: again for edit, (again,) in table(page, "edit | runs again").items()}
    assert rows.keys() == found.keys() | others, f"rows of {page}, and of the tables above"
    for edit, stages in found.items():
        expected = {stage.partition("@")[0] for stage in stages}
        off = {"selftrain_baseline"} - expected  # a control that those projects leave out
        assert named_stages(rows[edit]) - off == expected, f"the row {edit} of {page}"


# The graph of stages.


def graph() -> "networkx.DiGraph[str]":
    """Stages of dvc.yaml; an edge leads to one that reads what another writes."""
    writes = [
        (Path(out).parts[:2], stage)
        for stage, declared in STAGES.items()
        for out in declared["outs"]
        if isinstance(out, str)
    ]
    found: networkx.DiGraph[str] = networkx.DiGraph()
    for stage, declared in STAGES.items():
        for dep in declared["deps"]:
            sources = (source for out, source in writes if out == Path(dep).parts[:2])
            found.add_edges_from((source, stage) for source in sources)
    return found


def test_the_graph_drawn_is_that_of_dvc() -> None:
    (drawn,) = blocks(ARCHITECTURE, "mermaid")
    edges = {tuple(edge) for edge in re.findall(r"(\w+) --> (\w+)", drawn)}
    assert edges == set(networkx.transitive_reduction(graph()).edges), f"arrows of {ARCHITECTURE}"
    for name, label in re.findall(r'(\w+)\["(.+?)"\]', drawn):
        items = "-".join(item.upper() for item in STAGES[name]["matrix"])
        assert label == f"{name}@{items}"


def test_the_graph_in_the_readme_names_every_stage() -> None:
    (drawn,) = (block for block in blocks("README.md", "") if "->" in block)
    shown = {word.partition("@")[0] for word in re.findall(r"[a-z][\w@-]+", drawn)}
    assert shown == set(STAGES), "stages that README.md draws, and those of dvc.yaml"


# Tables of what there is.


def test_every_room_is_in_its_table() -> None:
    package = CHECKOUT / "src/semisup"
    there = {path.relative_to(package).parts[0] for path in package.rglob("*.py")}
    named = re.findall(r"`([\w.]+)`", " ".join(table(ARCHITECTURE, "room | knows")))
    assert set(named) == there - {"__init__.py"}, f"rooms named in {ARCHITECTURE}, and there"


def test_every_task_is_in_its_table_and_has_a_source() -> None:
    rows = table(TASKS, "task | what the encoder learns to tell | mind")
    named = {name.strip("`") for name in rows}
    assert named == set(known_tasks()), f"rows of {TASKS}, and files of src/semisup/pretext"
    origins = text(TASKS).partition("## Where they come from")[2]
    for task in known_tasks():
        found = f"**{task}**" in origins or f"`{task}`" in origins
        assert found, f"{TASKS}: say where {task} comes from, in the last section"


def test_every_backbone_is_named() -> None:
    named = prose("docs/methods.md")
    for name in BACKBONE_LAYERS:
        found = f"`{name}`" in named or (name in RESNETS and "ResNets" in named)
        assert found, f"docs/methods.md: name {name} among the backbones"


def test_every_column_of_the_curve_is_explained() -> None:
    from semisup.report.build import CURVE_COLUMNS

    rows = table("docs/methods.md", "column of `label_curve.csv` | meaning")
    assert re.findall(r"`(\w+)`", " ".join(rows)) == CURVE_COLUMNS


def test_every_file_of_data_is_listed(finished: Project) -> None:
    """Below `data/`: folders with a file in them, and their files, as its page has them."""
    data = finished.root / "data"
    there: dict[str, set[str]] = {}
    for path in data.rglob("*"):
        of_git = path.name == ".gitkeep" or path.relative_to(data).parts[0] in (
            "raw",
            "README.md",
            "times.csv",
        )
        if path.is_file() and not of_git:
            folder = f"{path.parent.relative_to(data)}/".replace(TASK, "TASK")
            folder = re.sub(r"(?<=[-/])\d+/$", "BUDGET/", folder)
            there.setdefault(folder, set()).add(re.sub(r"_\d+\.", "_DRAW.", path.name))
    rows = table("data/README.md", "folder | stage | content")
    listed = {
        name.strip("`"): {f for f in re.findall(r"`([^`]+)`", content) if "." in f}
        for name, (_, content) in rows.items()
    }
    # what the tiny settings leave out, and what only a head alone needs
    there["model/"].add("model.onnx")
    there["advised/"].add("encoder.safetensors")
    assert there == {name: files for name, files in listed.items() if files}


@pytest.mark.parametrize("page", PAGES)
def test_paths_in_the_text_exist(page: str) -> None:
    tops = ("docs/", "src/", "stages/", "tests/")
    for path in inline(page):
        if path.startswith(tops) and "NAME" not in path:
            assert (CHECKOUT / path).exists(), path


# What else stands at the top.


def test_help_shows_every_target() -> None:
    makefile = text("Makefile")
    phony = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    shown = re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)
    assert sorted(shown) == sorted(phony)


def test_version_and_licence_are_the_same_everywhere() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"] == "MIT"
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert text("LICENSE").startswith("MIT License")
    released = re.findall(r"^## (\S+) - (\S+)$", text("CHANGELOG.md"), re.MULTILINE)
    assert released[0] == (project["version"], citation["date-released"])


def test_the_package_holds_all_its_files() -> None:
    """Also where it is not installed as editable: setuptools takes only *.py by itself."""
    package = CHECKOUT / "src/semisup"
    tool = tomllib.loads(text("pyproject.toml"))["tool"]
    named = tool["setuptools"]["package-data"]["semisup"]
    taken = {path for pattern in ("**/*.py", *named) for path in package.glob(pattern)}
    assert package / "py.typed" in taken
    assert {p for p in package.rglob("*.*") if "__pycache__" not in p.parts} == taken
