"""Commands of `semisup` around projects that keep no code of their own."""

from pathlib import Path
from typing import Annotated

import typer

from semisup.cli import one_line
from semisup.cli.one_line import example

app = typer.Typer()


@app.command(
    epilog=example(
        "semisup init birds --images photos/ --labels birds.csv",
        "semisup init birds --labelled one-folder-per-class/",
        "semisup init birds",
    )
)
def init(
    folder: Annotated[Path, typer.Argument(help="of the new project, which is not there yet")],
    images: Annotated[
        list[str] | None,
        typer.Option(
            help="folder or archive of images, nested in any way; names of folders are no labels"
        ),
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="table with the columns path,label for some of the images")
    ] = None,
    labelled: Annotated[
        list[str] | None, typer.Option(help="folder or archive with one folder per class")
    ] = None,
    link: Annotated[
        bool, typer.Option("--link", help="put links into data/raw, not copies: DVC sees no change")
    ] = False,
    git: Annotated[bool, typer.Option(help="keep the project in Git")] = True,
) -> None:
    """Make a project for your own images, which uses this installed package."""
    from semisup.project import make

    one_line.tidy_up_when_stopped()
    print(make.make(folder, make.Given(images or [], labelled or [], labels), link, git))


@app.command(
    "stage",
    hidden=True,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
    epilog=example("semisup stage prepare"),
)
def run_stage(context: typer.Context, name: str) -> None:
    """Run one stage's script: what dvc.yaml of a project made by `semisup init` calls."""
    from semisup.project import stage

    stage.run(name, context.args)


@app.command(hidden=True, epilog=example("semisup code"))
def code() -> None:
    """Note hashes of the package's files in data/code, for the stages of a project."""
    from semisup.project import code

    code.write()
