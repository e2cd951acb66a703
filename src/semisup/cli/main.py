"""`semisup`: what is done around the stages."""

from pathlib import Path
from typing import Annotated

import typer

from semisup.cli import lockfile
from semisup.params.loading import load_and_check_tasks
from semisup.workflow import command

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def describe() -> None:
    """Label curves from unlabelled images. The workflow itself runs by `dvc repro`."""


@app.command()
def check() -> None:
    """Check params.yaml and names in data/raw, and remove a dvc.lock that was cut off.

    DVC itself would crash on some mistakes in the first, say little on the second, and refuse the
    third, which it leaves where it is killed while writing.
    """
    params = load_and_check_tasks()
    if params.backbone.is_borrowed:
        from semisup.network.borrowed import check_backbone

        check_backbone(params.backbone.name, params.embed.layer, params.supervised.layer)
    if params.data.source == "folder":
        from semisup.cli import raw_files

        raw_files.check_names()
    lockfile.remove_if_cut_off()


@app.command("look")
def look_at_images() -> None:
    """Say what your images would be read as: classes, roles, what fits nothing. Takes seconds."""
    from semisup.cli import look
    from semisup.params.loading import load

    print(look.look(load()))


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


def main() -> None:
    """Entry point of the installed command."""
    command.call(app)
