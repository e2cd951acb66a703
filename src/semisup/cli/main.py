"""`semisup`: what is done around the stages."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from semisup.cli import lockfile
from semisup.params.loading import Params, load_and_check_tasks
from semisup.workflow import command

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def describe() -> None:
    """Label curves from unlabelled images. The workflow itself runs by `dvc repro`."""


@app.command()
def check() -> None:
    """Check params.yaml, and remove a dvc.lock that DVC was killed while writing.

    DVC itself would crash on some mistakes in the one, and refuse the other.
    """
    params = load_and_check_tasks()
    if params.backbone.is_borrowed:
        from semisup.network.borrowed import check_backbone

        check_backbone(params.backbone.name, params.embed.layer, params.supervised.layer)
    _check_models(params)
    lockfile.remove_if_cut_off()


def _check_models(params: Params) -> None:
    """Those of rows that others trained: their stage may only come after hours."""
    from semisup.pretext.shared.borrowed import check_names
    from semisup.pretext.shared.borrowed_settings import BorrowedSettings

    for task in dict.fromkeys([*params.pretext_tasks, params.pretrain.start]):
        kind = import_module(f"semisup.pretext.{task}").Settings
        if issubclass(kind, BorrowedSettings):
            check_names(params.task_settings(task, kind), f"pretrain.{task}")


@app.command("repro")
def run(
    jobs: Annotated[int, typer.Option(min=1, help="stages at once")] = 1,
) -> None:
    """Run what changed, as `dvc repro` does, several stages at a time."""
    from semisup.cli import repro

    repro.repro(jobs)


@app.command("quick")
def first_answer() -> None:
    """A first answer within minutes: what encoders that train nothing give."""
    from semisup.cli import quick

    params = load_and_check_tasks()
    lockfile.remove_if_cut_off()
    print(quick.quick(params), end="")


@app.command()
def suggest(
    count: Annotated[int, typer.Option(help="images to label, 1 or more")],
    task: Annotated[str | None, typer.Option(help="whose features; the best-ranked one's")] = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV to write; data/labels/suggested-NUMBER.csv")
    ] = None,
) -> None:
    """Name the images of the pool to label next; writes a table and a page to look at."""
    from semisup.cli import suggest

    print(suggest.suggest(load_and_check_tasks(), count, task, out))


@app.command("times")
def minutes() -> None:
    """How long each stage took here, and what training an encoder of your own brought."""
    from semisup.cli import times

    print(times.times(load_and_check_tasks()), end="")


@app.command()
def predict(
    paths: Annotated[list[str], typer.Argument(help="images, folders, archives")],
    model: Annotated[
        Path | None, typer.Option(help="folder that the stage export wrote; data/model")
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="in place of --model: head, spread, finetune, supervised")
    ] = None,
    task: Annotated[str | None, typer.Option(help="of that method: one of pretext_tasks")] = None,
    budget: Annotated[
        int | None, typer.Option(help="of that method: one of label_budgets; the largest")
    ] = None,
    out: Annotated[Path, typer.Option(help="CSV to write")] = Path("predictions.csv"),
    top: Annotated[int, typer.Option(min=1, help="classes to name for each image")] = 3,
) -> None:
    """Say what images show, as a table. Status 1 where files could not be read."""
    from semisup.cli import predict

    sys.exit(predict.predict(paths, predict.Model(model, method, task, budget), out, top))


def main() -> None:
    """Entry point of the installed command."""
    command.call(app)
