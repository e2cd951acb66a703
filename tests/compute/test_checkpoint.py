"""Checkpoints: written whole or not at all, refused when they fit no longer, removed at the end."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from semisup.compute import checkpoint
from semisup.compute.checkpoint import Checkpoint, checkpoint_of
from semisup.workflow import scratch
from semisup.workflow.errors import NoMeans, UserError
from semisup.workflow.processes import HOST
from semisup.workflow.scratch import Scratch, during, stage_key

STATE: dict[str, Any] = {
    "network": {"weight": torch.tensor([[1.5, -2.0]]), "count": torch.tensor(7)},
    "random": [torch.arange(5, dtype=torch.uint8), 3],
    "tensor": {"tensor": torch.tensor(1)},  # a name that the file itself uses
    "update": 3,
    "rows": [{"loss": 0.1}],
    "none of them": {},
    "nothing": None,
}
REPOSITORY = Path(__file__).parents[2]
STAGES = """
stages:
  train:
    matrix: {task: [a, b]}
    deps: [data/in, "src/${item.task}.py"]
    params: [seed, "tasks.${item.task}"]
"""


def kept(tmp_path: Path, key: str = "key", seconds: float = 0.0) -> Checkpoint:
    return Checkpoint(tmp_path / "one.safetensors", key, seconds)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one stage."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "dvc.yaml": STAGES,
        ".dvcignore": (REPOSITORY / ".dvcignore").read_text(),
        "params.yaml": "seed: 1\nother: 2\ntasks: {a: {lr: 0.1}, b: {lr: 0.2}}\n",
        "data/in/images.npy": "pixels",
        "src/a.py": "a = 1",
        "src/b.py": "b = 1",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    kept(tmp_path).write(STATE)
    found = kept(tmp_path).read()
    assert found is not None
    assert repr(found) == repr(STATE)  # types, too
    assert [path.name for path in tmp_path.iterdir()] == ["one.safetensors"]


def test_nothing_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kept(tmp_path).read() is None
    assert capsys.readouterr().err == ""


def cut_short(content: bytes) -> bytes:
    return content[:-3]


def one_bit(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def other_facts(content: bytes) -> bytes:
    return content.replace(b'\\"update\\": 3', b'\\"update\\": 4')


def a_pickle(content: bytes) -> bytes:
    return b"\x80\x04K\x01." + content


@pytest.mark.parametrize("damage", [cut_short, one_bit, other_facts, a_pickle, lambda _: b""])
def test_a_damaged_file_is_refused_with_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: Any
) -> None:
    one = kept(tmp_path)
    one.write(STATE)
    before = one.path.read_bytes()
    one.path.write_bytes(damage(before))
    assert one.path.read_bytes() != before
    assert one.read() is None
    said = capsys.readouterr().err
    assert said.startswith(f"checkpoint: {one.path}: damaged (")
    assert said.endswith("; the work starts anew\n")
    assert said.count("\n") == 1
    assert not one.path.exists()


def test_that_of_another_training_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(tmp_path, "one").write(STATE)
    assert kept(tmp_path, "two").read() is None
    assert "made with other parameters, inputs or code; the work starts anew" in (
        capsys.readouterr().err
    )


def test_a_full_disk_keeps_the_last_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = kept(tmp_path)
    one.write(STATE)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    one.write({"update": 9})
    assert "not saved (No space left on device)" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["one.safetensors"]
    found = kept(tmp_path).read()
    assert found is not None
    assert found["update"] == 3


def test_when_it_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: now[0])
    one = kept(tmp_path, seconds=30)
    assert not one.is_due()
    now[0] += 31
    assert one.is_due()
    one.write(STATE)
    assert not one.is_due()


def test_a_stages_folder_goes_when_it_ends_well_and_stays_when_not(project: Path) -> None:
    folder = project / "data/checkpoints/train-a"
    with pytest.raises(KeyboardInterrupt), during("train", 0, task="a") as ones:
        checkpoint_of(ones, "Draw 1 of 3", "cpu").write(STATE)
        # what a process of this stage leaves that was ended while it wrote
        (folder / f".draw-2-of-3.safetensors.{HOST}-17.tmp").write_bytes(b"half")
        raise KeyboardInterrupt
    assert [path.name for path in folder.iterdir()] == ["draw-1-of-3.safetensors"]
    with during("train", 0, task="a") as ones:
        assert checkpoint_of(ones, "Draw 1 of 3", "cpu").read() is not None
        assert checkpoint_of(ones, "Draw 2 of 3", "cpu").read() is None
        assert checkpoint_of(ones, "Draw 1 of 3", "cuda").read() is None
    assert not folder.exists()


@pytest.mark.parametrize(("error", "stays"), [(UserError, False), (NoMeans, True)])
def test_a_mistake_leaves_nothing_behind(
    project: Path, error: type[UserError], stays: bool
) -> None:
    with pytest.raises(error), during("train", 0, task="a") as ones:
        checkpoint_of(ones, "draw", "cpu").write(STATE)
        raise error("oh")
    assert (project / "data/checkpoints").exists() == stays


@pytest.mark.parametrize(
    ("edit", "counts"),
    [
        ({"params.yaml": "seed: 2\nother: 2\ntasks: {a: {lr: 0.1}, b: {lr: 0.2}}\n"}, True),
        ({"params.yaml": "seed: 1\nother: 2\ntasks: {a: {lr: 0.3}, b: {lr: 0.2}}\n"}, True),
        ({"params.yaml": "seed: 1\nother: 3\ntasks: {a: {lr: 0.1}, b: {lr: 0.3}}\n"}, False),
        # a tab that DVC reads
        ({"params.yaml": "seed:\t1\nother: 2\ntasks: {a: {lr: 0.1}, b: {lr: 0.2}}\n"}, False),
        ({"data/in/images.npy": "pixelz"}, True),
        ({"data/in/more.npy": "more"}, True),
        ({"data/in/.gitignore": "more"}, False),
        ({"src/a.py": "a = 2"}, True),
        ({"src/b.py": "b = 2"}, False),
    ],
)
def test_what_the_key_depends_on(project: Path, edit: dict[str, str], counts: bool) -> None:
    before = stage_key("train", (), task="a")
    assert before != stage_key("train", (), task="b")
    for name, text in edit.items():
        (project / name).write_text(text)
    assert (stage_key("train", (), task="a") != before) == counts


def test_the_key_depends_on_the_section_that_a_parameter_names(project: Path) -> None:
    (project / "dvc.yaml").write_text(STAGES.replace("tasks.${item.task}", "tasks.${start.at}"))

    def key(params: str) -> str:
        (project / "params.yaml").write_text(f"seed: 1\n{params}")
        return stage_key("train", (), task="a")

    before = key("start: {at: b}\ntasks: {a: 1, b: 2}\n")
    assert key("start: {at: b}\ntasks: {a: 3, b: 2}\n") == before
    assert key("start: {at: b}\ntasks: {a: 1, b: 3}\n") != before
    assert key("start: {at: a}\ntasks: {a: 1, b: 2}\n") != before


def test_a_large_file_counts_by_its_size_and_blocks_of_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "WHOLE_BYTES", 1000)
    monkeypatch.setattr(scratch, "BLOCK_BYTES", 10)
    path = project / "data/in/images.npy"
    keys = []
    for content in (bytes(5000), bytes(5001), b"\1" + bytes(4999), bytes(4999) + b"\1"):
        path.write_bytes(content)
        keys.append(stage_key("train", (), task="a"))
    assert len(set(keys)) == 4


def test_names_of_files(tmp_path: Path) -> None:
    ones = Scratch(tmp_path, "key", 1.0)
    assert checkpoint_of(ones, "fine-tuning rotation 4, draw 1 of 3", "cpu").path.name == (
        "fine-tuning-rotation-4-draw-1-of-3.safetensors"
    )


LEFT_BEHIND = ("a.pyc", "a.py~", ".a.py.swp", ".a.py", "a.txt", "a.ipynb")
FOLDERS = ("", "room/", "room/shared/", "__pycache__/", "room/.ipynb_checkpoints/")


def test_the_key_sees_what_dvc_sees(project: Path) -> None:
    """Code in rooms counts; leftovers of editors, notebooks and Python beside it do not."""
    from dvc.repo import Repo

    (project / "dvc.yaml").write_text(STAGES.replace('"src/${item.task}.py"', "src"))
    for folder in FOLDERS:
        (project / "src" / folder).mkdir(exist_ok=True)
        for name in (*LEFT_BEHIND, "b.py", "b.jinja"):
            (project / "src" / folder / name).write_text("1")
    with Repo.init(no_scm=True) as repo:
        walked = repo.dvcignore.walk(repo.fs, str(project / "src"))
        seen = [Path(folder, name) for folder, _, names in walked for name in names]
    expected = sorted(path.relative_to(project).as_posix() for path in seen)
    assert scratch._files(Path("src")) == expected
    assert "src/room/shared/b.py" in expected
    before = stage_key("train", (), task="a")
    (project / "src/room/.ipynb_checkpoints/c.py").write_text("c = 1")
    (project / "src/room/__init__.py~").write_text("c = 1")
    assert stage_key("train", (), task="a") == before
    (project / "src/room/b.py").write_text("b = 2")
    assert stage_key("train", (), task="a") != before


def test_the_key_depends_on_what_lies_beside(project: Path, tmp_path: Path) -> None:
    """Such as labels outside of what dvc.yaml names; a link that leads nowhere counts too."""
    labels = tmp_path / "labels.csv"
    keys = []
    for text in ("a,cat", "a,dog", None):
        labels.unlink() if text is None else labels.write_text(text)
        keys.append(stage_key("train", [str(labels)], task="a"))
    (project / "data/in/gone").symlink_to("nowhere")
    keys.append(stage_key("train", [str(labels)], task="a"))
    assert len({*keys, stage_key("train", (), task="a")}) == 4


RULES = ("in/2?.png", "in/[0-4].png", "in/*7*", "!in/77.png", "in/a\\9.png")


@pytest.mark.parametrize("number", range(len(RULES) + 1))
def test_names_that_differ_by_digits(project: Path, number: int) -> None:
    """Rules may tell digits apart."""
    from dvc.repo import Repo

    (project / ".dvcignore").write_text("".join(f"{rule}\n" for rule in RULES[:number]))
    (project / "in").mkdir()
    for name in [*map(str, range(100)), "a9", "a8", "a99"]:
        (project / f"in/{name}.png").write_bytes(b"")
    with Repo.init(no_scm=True) as repo:
        [(_, _, seen)] = repo.dvcignore.walk(repo.fs, str(project / "in"))
    assert scratch._files(Path("in")) == sorted(f"in/{name}" for name in seen)
    assert len(seen) == 103 or number
