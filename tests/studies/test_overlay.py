"""Files of studies/ as they are read, and what they do to params.yaml."""

from pathlib import Path

import pytest
from projects import CHECKOUT

from semisup.params.loading import load_and_check_tasks
from semisup.studies import overlay
from semisup.workflow.errors import UserError

GOOD = "title: t\nneeds: n\nparams: {seed: 3}\nquick: {draws: 1}\n"
STUDIES = sorted(path.stem for path in (CHECKOUT / "studies").glob("*.yaml"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies/good.yaml").write_text(GOOD)
    return tmp_path / "studies"


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("name", STUDIES)
def test_every_study_is_valid(
    name: str, quick: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    over = overlay.read(name).overlay(quick)
    overlay.write_over(Path("params.yaml"), over, tmp_path / "params.yaml")
    params = load_and_check_tasks(tmp_path / "params.yaml")
    assert params.supervised.min_updates >= params.selftrain.updates, "equal effort"
    assert not quick or "imagenet" not in params.finetune_tasks


def test_sections_are_merged_and_lists_replaced() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 3}
    over = {"a": {"c": [3]}, "e": {"f": 4}}
    assert overlay.merged(base, over) == {"a": {"b": 1, "c": [3]}, "d": 3, "e": {"f": 4}}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 3}


def test_quick_comes_last_and_what_is_extended_first(folder: Path) -> None:
    (folder / "more.yaml").write_text(
        "title: m\nneeds: n\nextends: good\nparams: {draws: 2}\nquick: {seed: 5}\n"
    )
    more = overlay.read("more")
    assert more.overlay(quick=False) == {"seed": 3, "draws": 2}
    assert more.overlay(quick=True) == {"seed": 5, "draws": 2}
    assert overlay.read("good").overlay(quick=True) == {"seed": 3, "draws": 1}


def test_one_level_of_extension(folder: Path) -> None:
    for name, base in (("more", "good"), ("most", "more")):
        text = f"title: m\nneeds: n\nextends: {base}\nparams: {{}}\nquick: {{seed: 5}}\n"
        (folder / f"{name}.yaml").write_text(text)
    with pytest.raises(UserError, match=r"^studies/more\.yaml: extends good itself; extend that$"):
        overlay.read("most").overlay(quick=False)


def test_comments_stay(tmp_path: Path) -> None:
    before, after = tmp_path / "params.yaml", tmp_path / "new.yaml"
    text = "# settings\na:\n  b: {}  # why\n  c: 'x'  # text\n\nd: {}  # list\n# next\nf: 2\n"
    before.write_text(text.format(1, "[1, 2, 3]"))
    overlay.write_over(before, {"a": {"b": 7}, "d": [4, 5], "e": 1}, after)
    assert after.read_text() == text.format(7, "[4, 5]   ") + "e: 1\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("god", GOOD, "god: no such study (did you mean 'good'?); allowed: good, new"),
        ("../good", GOOD, "../good: no such study"),
        ("new", "- a\n", "studies/new.yaml: must be a section of keys"),
        ("new", "a: [\n", "studies/new.yaml: not readable as YAML"),
        ("new", "a: 1\na: 2\n", "studies/new.yaml: not readable as YAML"),
        ("new", GOOD + "param: {}\n", "studies/new.yaml: param: unknown key (did you mean"),
        (
            "new",
            GOOD.replace("quick: {draws: 1}\n", ""),
            "studies/new.yaml: quick: missing; add it, as the oth",
        ),
        (
            "new",
            GOOD.replace("{draws: 1}", "{}"),
            "studies/new.yaml: quick: {} should not be empty",
        ),
        *(
            (
                "new",
                GOOD + f"raw: [good, {name}]\n",
                f"studies/new.yaml: raw: {name!r} should be the name of a file or folder in data",
            )
            for name in ("/data/images", "../images", "a/../../images", ".")
        ),
        (
            "new",
            GOOD + "extends: new\n",
            "studies/new.yaml: extends: new: itself; name another study, or leave it out",
        ),
        (
            "new",
            GOOD + "published: [{name: a, source: b, top1: {4: high}}]\n",
            "studies/new.yaml: published.top1: 'high' ",
        ),
    ],
)
def test_bad_files(folder: Path, name: str, text: str, message: str) -> None:
    (folder / "new.yaml").write_text(text)
    with pytest.raises(UserError) as caught:
        overlay.read(name)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_no_project(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^params\.yaml: no such file; run this in"):
        overlay.write_over(Path("params.yaml"), {}, tmp_path / "x.yaml")


def test_nowhere_near_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"^studies: has no studies: they come with a clone"):
        overlay.read("cifar10")
