"""Run a stage's script, wherever the package is installed."""

import runpy
import sys
from collections.abc import Sequence

from semisup.params.messages import suggestion
from semisup.project import shipped
from semisup.workflow.command import INTERRUPTED
from semisup.workflow.errors import UserError


def run(name: str, arguments: Sequence[str]) -> None:
    """As `python stages/NAME.py ARGUMENTS` does in the repository.

    Raises:
        UserError: there is no such stage.
    """
    scripts = shipped.stages()
    if name not in scripts:
        hint = suggestion(name, [*scripts])
        raise UserError(f"{name}: no such stage{hint}; allowed: {', '.join(scripts)}")
    sys.argv = [str(scripts[name]), *arguments]
    sys.path.insert(0, str(scripts[name].parent))  # as Python does for a script
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:  # which the script has said, and `semisup` would say again
            sys.exit(INTERRUPTED + 256)  # of which systems take the last byte: the same status
        raise
