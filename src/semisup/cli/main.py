"""`semisup`: what is done around the stages.

What a command needs is imported when it runs: help takes no longer than Python itself.
"""

import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semisup.cli import completion, one_line, projects
from semisup.cli.one_line import example

if TYPE_CHECKING:
    from semisup.params.loading import Params

app = typer.Typer(invoke_without_command=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        import semisup

        print(f"semisup {semisup.__version__}")
        raise typer.Exit


@app.callback(epilog=example("semisup doctor", "semisup predict photos/ --top 3"))
def describe(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="show the version"),
    ] = False,
) -> None:
    """How accurate a classifier do few labels give? `dvc repro` runs the workflow itself."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command(epilog=example("semisup check && dvc repro"))
def check() -> None:
    """Check params.yaml, what it names, and dvc.yaml; remove a dvc.lock that was cut off.

    DVC itself would crash on some mistakes in params.yaml and say little of those in what it names.
    It cuts dvc.lock off where it is killed while writing, and then refuses it. Missing folders of
    data/ are made anew.
    """
    from semisup.cli import checks, lockfile

    params = _params()
    checks.check_git()
    checks.check_workflow()
    checks.make_folders()
    checks.check_models(params)
    checks.check_images(params)
    checks.check_device(params)
    checks.check_data(params)
    if params.data.source == "folder":
        from semisup.cli import raw_files

        raw_files.check_names()
    lockfile.check_merged()
    lockfile.mend_after_kill()


@app.command(epilog=example("semisup doctor"))
def doctor() -> None:
    """Say what machine and project are like, and what is wrong; exit status 1 if anything is."""
    from semisup.cli import doctor

    sys.exit(doctor.report(doctor.examine()))


@app.command("look", epilog=example("semisup look"))
def look_at_images() -> None:
    """Say how your images would be read: classes, roles, what fits nothing. Takes seconds."""
    from semisup.cli import look
    from semisup.params.loading import load

    print(look.look(load()))


@app.command("repro", epilog=example("semisup repro --jobs 4"))
def run(
    jobs: Annotated[int, typer.Option(callback=one_line.one_or_more, help="stages at once")] = 1,
) -> None:
    """Run what changed, as `dvc repro` does, but several stages at a time."""
    from semisup.cli import repro

    _params()  # a mistake there ends it before the first stage
    with one_line.keeping_stages():
        repro.repro(jobs)


@app.command("progress", epilog=example("semisup progress --watch"))
def how_far(
    watch: Annotated[
        bool, typer.Option("--watch", help="show it again and again until all is done")
    ] = False,
) -> None:
    """How far a run is: stages done and left, time left, loss and accuracy. Disturbs nothing."""
    from semisup.cli import progress

    with suppress(KeyboardInterrupt):  # the way to end a watch
        for page in progress.watch() if watch else [progress.progress()]:
            print(page, flush=True)


@app.command("quick", epilog=example("semisup quick"))
def first_answer() -> None:
    """A first answer within minutes, by encoders that need no training."""
    from semisup.cli import lockfile, quick

    params = _params()
    lockfile.check_merged()
    lockfile.mend_after_kill()
    with one_line.keeping_stages():
        print(quick.quick(params), end="")


@app.command(epilog=example("semisup prune"))
def prune() -> None:
    """Remove results of tasks and budgets no longer in params.yaml; `make repro` does so too."""
    from semisup.cli import prune

    prune.prune()


@app.command(epilog=example("semisup suggest --count 50 --out data/labels/next.csv"))
def suggest(
    count: Annotated[
        int, typer.Option(callback=one_line.one_or_more, help="number of images, 1 or more")
    ],
    task: Annotated[
        str | None,
        typer.Option(autocompletion=completion.tasks, help="whose features; default: the best"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV to write; default: data/labels/suggested-NUMBER.csv")
    ] = None,
) -> None:
    """Name the images of the pool to label next, in a table and on a page that shows them."""
    from semisup.cli import suggest

    one_line.tidy_up_when_stopped()
    print(suggest.suggest(_params(), count, task, out))


@app.command("times", epilog=example("semisup times"))
def minutes() -> None:
    """How long each stage took here, and what training an encoder of your own brought."""
    from semisup.cli import times

    print(times.times(_params()), end="")


@app.command("study", epilog=example("semisup study cifar10 --quick"))
def run_study(
    name: Annotated[
        str,
        typer.Argument(
            autocompletion=completion.studies, help="name of a file of studies/, without .yaml"
        ),
    ],
    quick: Annotated[bool, typer.Option(help="in its small form, for two cores")] = False,
) -> None:
    """Run the workflow with the settings of studies/NAME.yaml; writes reports/studies/NAME."""
    from semisup.studies import run

    with one_line.keeping_stages():
        folder = run.study(name, quick)
    print(f"{folder}: results, settings, machine, times; begin with its README.md")


@app.command(
    epilog=example(
        "semisup predict photos/ more.zip --out answers.csv",
        "semisup predict photos/ --method finetune --task rotation --budget 16",
    )
)
def predict(
    paths: Annotated[list[str], typer.Argument(help="images, folders, archives")],
    model: Annotated[
        Path | None, typer.Option(help="folder that export wrote; default: data/model")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            autocompletion=completion.methods,
            help="instead of --model: head, spread, finetune, selftrain ...",
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(autocompletion=completion.tasks, help="of that method: one of pretext_tasks"),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            autocompletion=completion.budgets,
            help="of that method: one of label_budgets; default: the largest",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="CSV to write")] = Path("predictions.csv"),
    top: Annotated[
        int, typer.Option(callback=one_line.one_or_more, help="classes to name for each image")
    ] = 3,
) -> None:
    """Say what images show, in a table; exit status 1 if files could not be read."""
    from semisup.cli import predict

    one_line.tidy_up_when_stopped()
    one_line.spare_the_tracker()
    sys.exit(predict.predict(paths, predict.Model(model, method, task, budget), out, top))


app.add_typer(projects.app)


def _params() -> "Params":
    from semisup.params.loading import load_and_check_tasks

    return load_and_check_tasks()


def main() -> None:
    """Entry point of the installed command."""
    one_line.call(partial(one_line.without_boxes, app))
