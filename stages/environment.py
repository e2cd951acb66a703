"""Imported by each stage before any package: one line where this Python is not the project's."""

import sys
from importlib.util import find_spec

if not find_spec("semisup"):
    print(
        "error: this Python has no semisup: run `source .venv/bin/activate` first, or `make repro` "
        "in place of `dvc repro`",
        file=sys.stderr,
    )
    sys.exit(2)
