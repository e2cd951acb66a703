"""`semisup doctor`: what is wrong is found, named, and says what to do."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from projects import CHECKOUT
from warm import warm_python

from semisup.cli import doctor
from semisup.cli.doctor import Finding
from semisup.compute import device

MORE_THREADS = (os.cpu_count() or 1) + 1


@pytest.fixture
def place(values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A healthy project, in Git and DVC by its looks, that has not run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    values["compute"] |= {"device": "cpu", "precision": "float32", "threads": 1}
    write(values)
    Path(".dvc").mkdir()
    for folder in CHECKOUT.glob("data/*/.gitkeep"):
        Path("data", folder.parent.name).mkdir(parents=True)
    Path("data/raw").mkdir()
    shutil.copy2(CHECKOUT / "dvc.yaml", tmp_path)
    subprocess.run(["git", "init", "--quiet"], check=True)
    (tmp_path / ".git/info/exclude").write_text("*\n")
    return tmp_path


def write(values: dict[str, Any]) -> None:
    Path("params.yaml").write_text(yaml.safe_dump(values))


def changed(values: dict[str, Any], section: str, **edits: Any) -> None:
    values[section] |= edits
    write(values)


def worst(found: list[Finding]) -> list[Finding]:
    return [one for one in found if one.level == "wrong"]


@pytest.mark.usefixtures("place")
def test_a_healthy_project(capsys: pytest.CaptureFixture[str]) -> None:
    found = doctor.examine()
    assert doctor.report(found) == 0
    said = capsys.readouterr()
    assert said.err == ""
    kinds = [one.what for one in found]
    assert {"versions", "settings", "device", "cores", "memory", "disk", "git", "dvc"} < {*kinds}
    assert len(said.out.splitlines()) == len(found), "one line each"


def cut_off(_: dict[str, Any]) -> None:
    Path("dvc.lock").write_text("schema: '2.0'\nstages:\n  prepare:\n    cm")


def images(values: dict[str, Any], **places: str) -> None:
    """Folders of one's own."""
    values["data"]["folder"] |= places
    changed(values, "data", source="folder")


WRONG: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a setting": (lambda v: write(v | {"seed": -1}), "settings   params.yaml: seed: -1"),
    "no settings": (lambda _: Path("params.yaml").unlink(), "settings   params.yaml: no such file"),
    "device": (
        lambda v: changed(v, "compute", device="mps"),
        "device     params.yaml: compute.device: 'mps' is not on this machine",
    ),
    "memory": (
        lambda v: changed(v, "compute", memory_gib=1e6),
        "memory     compute.memory_gib: 1e+06 is more than",
    ),
    "data": (
        lambda v: images(v, labelled="data/raw/x"),
        "data       data.folder.labelled: data/raw/x: no such folder or archive",
    ),
    "no places": (
        images,
        "data       params.yaml: data.folder: names no images; set data.folder.unlabelled",
    ),
    "a set": (
        lambda v: changed(v, "data", source="torchvision", torchvision={"name": "X", "root": "."}),
        "data       data.torchvision.name: torchvision has no data set 'X'",
    ),
    "labels": (
        lambda v: images(v, labelled=".", labels="gone.csv"),
        "data       data.folder.labels: gone.csv: cannot be read",
    ),
    "git": (lambda _: Path(".git").rename("git"), "git        not a git repository"),
    "dvc": (lambda _: Path(".dvc").rmdir(), "dvc        .dvc is missing"),
    "folders": (
        lambda _: Path("data/raw").rmdir(),
        "dvc        not there: data/raw; run `semisup check`, which makes them, empty",
    ),
    "dvc.yaml": (lambda _: Path("dvc.yaml").unlink(), "dvc        dvc.yaml is missing"),
    "dvc.yaml, empty": (
        lambda _: Path("dvc.yaml").write_text(""),
        "dvc        dvc.yaml: has no stages; take the last commit's: `git checkout HEAD dvc.yaml`",
    ),
    "dvc.yaml, in a conflict": (
        lambda _: Path("dvc.yaml").write_text("stages:\n<<<<<<< HEAD\n  a: {}\n"),
        "dvc        dvc.yaml: can't be read (",
    ),
    "dvc.yaml, of another version": (
        lambda _: Path("dvc.yaml").write_text("stages: {a: {cmd: x, deps: [data/code/x]}}"),
        "dvc        dvc.yaml: of another version of semisup than is installed, which lacks data/",
    ),
    "dvc.lock": (cut_off, "dvc        dvc.lock was cut off; run `semisup check`"),
}


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named(
    case: str,
    values: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if case == "device":  # else what is imported may be torch's compiler, which looks at it
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    spoil, line = WRONG[case]
    spoil(values)
    found = doctor.examine()
    (one,) = worst(found)
    assert str(one).startswith(f"wrong {line}")
    assert doctor.report(found) == 1
    assert capsys.readouterr().err == "1 of these would stop a run\n"


def test_disk_and_conflicts(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "dvc.lock").write_text("schema: '2.0'\n<<<<<<< HEAD\nstages: {}\n")
    monkeypatch.setattr(doctor, "ENOUGH_DISK", 1e9)
    disk, lock = worst(doctor.examine())
    assert "`dvc gc --all-commits` removes results that are neither here nor in" in disk.told
    assert lock.told.startswith("dvc.lock: a merge left its marks; take a side, as by")


@pytest.mark.usefixtures("place")
def test_runs_that_the_lock_alone_knows_are_not_said_to_be_of_this_machine() -> None:
    """As in a new clone, or of a budget that is no longer asked for."""
    Path("dvc.lock").write_text("schema: '2.0'\nstages:\n  one@9: {cmd: x}\n")
    assert any(one.told.startswith("dvc.lock has runs of 1 stage;") for one in doctor.examine())


def test_files_beside_the_project_are_no_matter(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a repository that holds more than it."""
    (place / ".git/info/exclude").write_text("")
    (place / "below").mkdir()
    monkeypatch.chdir("below")
    assert [one.told for one in doctor.examine() if one.what == "git"] == ["all is committed"]


def test_what_may_be_meant(place: Path, values: dict[str, Any]) -> None:
    changed(values, "compute", threads=MORE_THREADS)
    images(values, labelled=".")
    (place / ".git/info/exclude").write_text("")
    (place / "new").mkdir()
    for name in "ab":
        (place / "new" / name).touch()
    whole = (place / "dvc.yaml").read_text()
    (place / "dvc.yaml").write_text(whole[: whole.index("\n  export:")])
    minded = {one.what: one.told for one in doctor.examine() if one.level == "note"}
    assert minded["cores"].startswith(f"compute.threads: {MORE_THREADS} are more than")
    assert minded["git"].startswith("not committed: 4 files;")
    assert minded["dvc"].startswith("dvc.yaml lacks export; unless that is meant, take the last")
    assert "not inside data/raw, so that DVC sees no changes" in minded["data"]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(("precision", "told"), [("auto", True), ("float32", False)])
def test_a_slow_cpu_is_named_where_nobody_asked_for_float32(
    values: dict[str, Any], monkeypatch: pytest.MonkeyPatch, precision: str, told: bool
) -> None:
    monkeypatch.setattr(device, "_is_bfloat16_fast", lambda _: False)
    changed(values, "compute", precision=precision)
    said = [one.told for one in doctor.examine() if one.what == "device"]
    assert any("no fast bfloat16" in line for line in said) == told


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("name", ["torch", "dvc", "numpy", "pyarrow"])
def test_a_package_that_is_not_there(name: str) -> None:
    """In a process of its own, where it cannot be imported."""
    code = f"""import sys
sys.modules.update({{name: None for name in [*sys.modules] if name.split(".")[0] == {name!r}}})
sys.modules[{name!r}] = None
from semisup.cli.main import main
sys.argv = ["semisup", "doctor"]
main()"""
    done = warm_python().run("-c", code)
    assert "Traceback" not in done.stderr
    if name == "pyarrow":  # only places of such files need it
        assert done.returncode == 0, done.stdout
        return
    assert done.returncode == 1
    assert f"wrong versions   {name}: cannot be imported" in done.stdout
    assert done.stdout.count("install semisup anew") == 1
    assert "disk " in done.stdout


def test_a_folder_that_another_user_owns(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `git init`, which helps in no repository, would do nothing."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    (git,) = [one for one in doctor.examine() if one.what == "git"]
    assert git.level == "note"
    assert git.told.endswith(f"; run `git config --global --add safe.directory {place}`")


def test_a_project_without_git(place: Path) -> None:
    (place / ".git").rename(place / "git")
    (place / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    found = doctor.examine()
    assert worst(found) == []
    assert [one.level for one in found if one.what == "git"] == ["note"]


@pytest.mark.usefixtures("place")
def test_a_machine_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """DVC reads the repository by itself."""
    monkeypatch.setenv("PATH", "/nowhere")
    found = doctor.examine()
    assert worst(found) == []
    (git,) = [one for one in found if one.what == "git"]
    assert str(git).startswith("note  git        not installed: runs work, but")


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("locked", ["", "data", ".dvc"])
def test_a_folder_that_may_not_be_written(locked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here by a stand-in: whoever runs tests as root may write everywhere."""
    folder = Path(locked) if locked else Path.cwd()
    monkeypatch.setattr(os, "access", lambda path, _: path != folder)
    (one,) = worst(doctor.examine())
    assert str(one).startswith(f"wrong disk       {folder}: can't be written; unlock it")
