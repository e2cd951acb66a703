"""Imported by each stage before any package, since importing these takes seconds.

One line where this Python is not the project's, and where Ctrl-C comes meanwhile. The code is that
beside the stages, of which DVC keeps account.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType


def _say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Of Ctrl-C what `semisup.workflow.command` says as soon as it is there."""
    if issubclass(kind, KeyboardInterrupt):
        print("interrupted: nothing was written; run it again to go on", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _say
if not find_spec("semisup"):
    print(
        "error: this Python has no semisup: run `source .venv/bin/activate` first, or `make repro` "
        "in place of `dvc repro`",
        file=sys.stderr,
    )
    sys.exit(2)
# an environment that several clones share, or a copy of the clone with its .venv, has another's; so
# has an experiment that DVC runs in a folder of its own
SRC = Path(__file__).resolve().parents[1] / "src"
if SRC.is_dir():  # beside the stages in a wheel there is none
    sys.path.insert(0, str(SRC))
