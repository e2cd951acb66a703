"""Run a stage's script, wherever the package is installed."""

import runpy
import sys
from collections.abc import Sequence

from semisup.params.messages import suggestion
from semisup.project import shipped
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
    runpy.run_path(sys.argv[0], run_name="__main__")
