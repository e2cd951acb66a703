"""`semisup`: checks that need no stage to run."""

import typer

from semisup import stage
from semisup.params import load_and_check_tasks

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def describe() -> None:
    """Label curves from unlabelled images. The workflow itself runs by `dvc repro`."""


@app.command()
def check() -> None:
    """Check params.yaml; DVC itself would crash on some mistakes in it."""
    load_and_check_tasks()


def main() -> None:
    """Entry point of the installed command."""
    stage.call(app)
