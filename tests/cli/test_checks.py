"""What is refused before a stage runs."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from projects import CHECKOUT
from safetensors.torch import save_file

from semisup.cli import checks
from semisup.params.loading import Params
from semisup.project import derived
from semisup.workflow import outputs
from semisup.workflow.errors import UserError


def test_a_project_without_git_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"no Git repository here, .* run `git init`, or `dvc conf"):
        checks.check_git()
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    checks.check_git()
    (tmp_path / ".dvc/config").unlink()
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path / ".dvc")
    checks.check_git()


def test_the_workflow_of_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = derived.workflow((CHECKOUT / "dvc.yaml").read_text(encoding="utf-8"))
    Path("dvc.yaml").write_text(text)
    checks.check_workflow()
    assert capsys.readouterr().err == ""
    Path("dvc.yaml").write_text(text.replace("      - draws\n", "", 1))
    checks.check_workflow()
    said = capsys.readouterr().err
    assert said.startswith(
        "warning: dvc.yaml: lacks draws in params of split, as of another version"
    )
    Path("dvc.yaml").write_text(text.replace("data/code/labels", "data/code/label_tables", 1))
    with pytest.raises(UserError, match=r"which lacks data/code/label_tables \(prepare\); take"):
        checks.check_workflow()


@pytest.mark.parametrize("name", ["{x}", "a}", "{"])
def test_braces_which_dvc_would_fill_in(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would end after the stage, by the word between them."""
    (tmp_path / name / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / name)
    with pytest.raises(UserError, match=r"braces in a path, .* move the project to a folder with"):
        checks.check_git()


def test_a_file_of_weights_may_go_once_it_was_read(
    make_params: Callable[..., Params], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    edits = {"pretext_tasks": ["imagenet"], "finetune_tasks": [], "control_budgets": []}
    params = make_params(edits | {"pretrain.imagenet.file": "gone.pth"})
    with pytest.raises(UserError, match=r"pretrain\.imagenet\.file: gone\.pth: no such file"):
        checks.check_models(params)
    folder = outputs.folder_of("pretrain", "imagenet")
    folder.mkdir(parents=True)
    outputs.write_json(folder / outputs.PRETEXT, {"origin": {"source": "gone.pth"}})
    checks.check_models(params)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><html>not found", "it begins with '<!DOCTYPE html><'"),
        (b"version https://git-lfs.github.com/spec/v1", "it begins with 'version https://'"),
        (b"", "it is empty"),
    ],
)
def test_a_file_that_holds_no_weights(
    content: bytes,
    said: str,
    make_params: Callable[..., Params],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.pth").write_bytes(content)
    edits = {"pretext_tasks": ["imagenet"], "finetune_tasks": [], "control_budgets": []}
    params = make_params(edits | {"pretrain.imagenet.file": "page.pth"})
    with pytest.raises(UserError) as caught:
        checks.check_models(params)
    assert str(caught.value) == (
        f"params.yaml: pretrain.imagenet.file: page.pth: no file of weights ({said}); give the "
        "path of a .safetensors or .pth file of a state dict, or null"
    )


@pytest.mark.parametrize("kind", ["safetensors", "zip", "old"])
def test_files_of_weights_of_all_kinds_pass(
    kind: str,
    make_params: Callable[..., Params],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    state = {"weight": torch.zeros(1)}
    if kind == "safetensors":
        save_file(state, "weights")
    else:
        torch.save(state, "weights", _use_new_zipfile_serialization=kind == "zip")
    edits = {"pretext_tasks": ["imagenet"], "finetune_tasks": [], "control_budgets": []}
    checks.check_models(make_params(edits | {"pretrain.imagenet.file": "weights"}))


@pytest.mark.parametrize(
    ("task", "size", "said"),
    [
        ("relative_patch", 8, "pretrain.relative_patch: images of 8 px are too small"),
        ("jigsaw", 8, "pretrain.jigsaw: a grid of 2 x 2 cuts images of 8 px into tiles of 3 px"),
        ("autoencoder", 8, "pretrain.autoencoder: masked 0.25 of 1 patches of 8 px would hide"),
        ("jigsaw", 24, None),
        ("colorization", 8, None),  # whether they are grey only `prepare` knows
        ("random", 8, None),
    ],
)
def test_images_that_are_too_small_for_a_task(
    task: str, size: int, said: str | None, make_params: Callable[..., Params]
) -> None:
    edits = {"pretext_tasks": [task], "finetune_tasks": [], "control_budgets": []}
    params = make_params(edits | {"data.image_size": size, "pretrain.autoencoder.kind": "masked"})
    if said is None:
        checks.check_images(params)
        return
    with pytest.raises(UserError, match=re.escape(said)):
        checks.check_images(params)


def test_images_that_are_read_as_grey_have_no_colours(make_params: Callable[..., Params]) -> None:
    edits = {"pretext_tasks": ["colorization"], "finetune_tasks": [], "control_budgets": []}
    with pytest.raises(UserError, match="colorization needs images in colour"):
        checks.check_images(make_params(edits | {"data.color": "grey"}))


@pytest.mark.parametrize(
    ("what", "edits", "said"),
    [
        (
            "data",
            {"data.source": "folder"},
            r"^params\.yaml: data\.folder: names no images; set ",
        ),
        (
            "data",
            {"data.source": "folder", "data.folder.labelled": ["gone"]},
            r"data\.folder\.labelled: gone: no such folder or archive",
        ),
        ("data", {"data.source": "folder", "data.folder.labelled": ["."]}, ""),
        (
            "data",
            {"data.source": "torchvision", "data.torchvision.name": "CIFAR11"},
            r"data\.torchvision\.name: torchvision has no data set 'CIFAR11' \(did you mean",
        ),
        (
            "data",
            {"data.source": "torchvision", "data.torchvision.name": "CocoDetection"},
            r"data\.torchvision\.name: CocoDetection is not a classification set; name a",
        ),
        (
            "data",
            {"data.source": "torchvision", "data.torchvision.name": "CIFAR10"},
            "",
        ),
        (
            "device",
            {"compute.device": "mps"},
            r"params\.yaml: compute\.device: 'mps' is not on this machine; allowed: auto, ",
        ),
        ("device", {"compute.device": "auto"}, ""),
    ],
)
def test_what_can_be_told_before_a_stage_runs(
    what: str,
    edits: dict[str, object],
    said: str,
    make_params: Callable[..., Params],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if what == "device":  # else what is imported may be torch's compiler, which looks at it
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    params, check = make_params(edits), getattr(checks, f"check_{what}")
    if not said:
        check(params)
        return
    with pytest.raises(UserError, match=f"^{said}") as caught:
        check(params)
    assert "\n" not in str(caught.value)
