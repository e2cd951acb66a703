"""What `semisup check` refuses before a stage runs: DVC or a stage would say it late, or oddly."""

import sys
from pathlib import Path

from semisup.cli import workflow
from semisup.params.loading import Params
from semisup.params.sections import task_module
from semisup.pretext.shared.borrowed_settings import AUTO, BorrowedSettings
from semisup.project import update
from semisup.workflow import outputs
from semisup.workflow.errors import UserError


def check_git() -> None:
    """Refuse a project that DVC would refuse, with what to do.

    Raises:
        UserError: it lies in no Git repository, and is not set to do without; or DVC can't work
            where it lies.
    """
    here = Path.cwd()
    if {*"{}"} & {*str(here)}:
        raise UserError(
            f"{here}: braces in a path, which DVC takes for a name to fill in; move the project to "
            "a folder without them"
        )
    if without_git() or any((folder / ".git").exists() for folder in (here, *here.parents)):
        return
    raise UserError(
        "no Git repository here, which DVC works beside: run `git init`, or `dvc config "
        "core.no_scm true` to do without"
    )


def make_folders() -> None:
    """Make those that are gone, empty: of images that lay in one, `check_data` says it."""
    for folder in workflow.folders_gone():
        folder.mkdir(parents=True)


def check_workflow() -> None:
    """Refuse a project's dvc.yaml that can't run with this package; tell of one out of date.

    Raises:
        UserError: it names what the package lacks.
    """
    stages = workflow.declared()
    update.check(stages)
    if lacking := update.lacking(stages):
        print(f"warning: {lacking}", file=sys.stderr)


def without_git() -> bool:
    """As `semisup init --no-git` sets it."""
    config = Path(".dvc/config")
    return config.is_file() and "no_scm = true" in config.read_text(encoding="utf-8")


def check_models(params: Params) -> None:
    """Those that others trained, whose stage may only come after hours.

    Raises:
        UserError: it names the key.
    """
    if params.backbone.is_borrowed:
        from semisup.network.borrowed import check_backbone

        check_backbone(params.backbone.name, params.embed.layer, params.supervised.layer)
    for task in dict.fromkeys([*params.pretext_tasks, params.pretrain.start]):
        kind = task_module(task).Settings
        if issubclass(kind, BorrowedSettings):
            _check_row(task, params.task_settings(task, kind))


def _check_row(task: str, settings: BorrowedSettings) -> None:
    from semisup.network.library import FEATURES
    from semisup.pretext.shared.borrowed import check_names
    from semisup.pretext.shared.published import check_file

    key, file = f"pretrain.{task}", settings.file
    check_names(settings, key)
    if file and (Path(file).exists() or not _has_read(task, file)):
        check_file(settings, key)
    if settings.layer not in (AUTO, FEATURES):  # which all models have
        from semisup.network import borrowed

        side = borrowed.published(settings.model, None).side
        layers = borrowed.build(settings.model, side, 0).layers
        borrowed.check_layer(settings.layer, [*layers, AUTO], f"{key}.layer")


def check_images(params: Params) -> None:
    """Images too small for a task, or without colours, whose stage may only come after others'.

    Raises:
        UserError: it names the key.
    """
    import numpy as np

    from semisup.data.dataset import ImageData

    side, none = params.data.image_size, np.empty(0, np.int64)
    # with `auto`, whether all are grey is not known yet
    channels = 1 if params.data.color == "grey" else 3
    red = np.zeros((1, side, side, channels), np.uint8)
    red[..., 0] = 255
    zeros, ones = np.zeros(channels, np.float32), np.ones(channels, np.float32)
    shown = ImageData(
        images=red,
        labels=none - 1,
        role=none,
        rank=none[None],
        pool=np.zeros(1, np.int64),
        classes=[],
        mean=zeros,
        std=ones,
    )
    for task in params.pretext_tasks:
        module = task_module(task)
        module.Task.check(params.task_settings(task, module.Settings), shown)


def _has_read(task: str, file: str) -> bool:
    """Whether the task's encoder is of that file already, so that no stage needs it any more."""
    try:
        said = outputs.read_json(outputs.folder_of("pretrain", task) / outputs.PRETEXT)
        return bool(said["origin"]["source"] == file)
    except (UserError, OSError, ValueError, KeyError, TypeError):
        return False


def check_data(params: Params) -> None:
    """The places that `data` names, or the name of a set.

    Raises:
        UserError: it names the key.
    """
    if params.data.source == "folder":
        from semisup.prepare.own_images.named_places import sources_of

        sources_of(params.data.folder)
    elif params.data.source == "torchvision":
        from semisup.prepare.known_sets.torchvision_splits import set_class

        set_class(params.data.torchvision.name)


def check_device(params: Params) -> None:
    """Refuse a device or precision that this machine lacks; `auto` needs no look, nor a CPU.

    Raises:
        UserError: it names the key.
    """
    compute = params.compute
    if compute.device not in ("auto", "cpu") or compute.precision == "bfloat16":
        from semisup.compute import device

        device.start(compute)
