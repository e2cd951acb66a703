"""Settings and dvc.yaml, read as DVC reads them."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from semisup.workflow.errors import UserError, not_here
from semisup.workflow.merges import marked_line


def read_yaml(path: Path) -> Any:
    """What a file of the project says.

    Raises:
        UserError: it is not there, or no YAML.
    """
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        # DVC's reader too: 1e-3 is a number, a key given twice an error
        return YAML(typ="safe").load(text)
    except FileNotFoundError:
        raise not_here(path) from None
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None
    except MarkedYAMLError as error:
        raise UserError(f"{path}: {_why(error, text)}") from None
    # a date such as 2020-13-45 is a ValueError, `!!bool maybe` a KeyError
    except (YAMLError, ValueError, KeyError, RecursionError) as error:
        raise UserError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from None


def _why(error: MarkedYAMLError, text: str) -> str:
    """Why a text is no YAML."""
    if merged := marked_line(text):
        return f"line {merged}: a merge left its marks; keep what is right, and take out the marks"
    line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
    return f"not readable as YAML: {line}{error.problem}"
