"""Run a stage's script, wherever the package is installed."""

import os
import runpy
import sys
from collections.abc import Sequence

from semisup.params.messages import suggestion
from semisup.project import code, shipped
from semisup.workflow.errors import UserError


def run(name: str, arguments: Sequence[str]) -> None:
    """As `python stages/NAME.py ARGUMENTS` does in the repository.

    Raises:
        UserError: there is no such stage; without DVC, data/code is of another version.
    """
    scripts = shipped.stages()
    if name == "--help":
        print(f"Usage: semisup stage NAME; the names are {', '.join(scripts)}")
        return
    if name not in scripts:
        hint = suggestion(name, [*scripts])
        raise UserError(f"{name}: no such stage{hint}; allowed: {', '.join(scripts)}")
    # DVC has run the stage `code` before; else a checkpoint of other code might be gone on with
    if "DVC_STAGE" not in os.environ and code.has_changed():
        raise UserError(
            f"{code.FOLDER}: of another version of semisup than the installed one; run "
            "`semisup code`, then this again"
        )
    sys.argv = [str(scripts[name]), *arguments]
    sys.path.insert(0, str(scripts[name].parent))  # as Python does for a script
    runpy.run_path(sys.argv[0], run_name="__main__")
