"""Settings and dvc.yaml, read as DVC reads them."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from semisup.workflow.errors import UserError, not_here


def read_yaml(path: Path) -> Any:
    """What a file of the project says.

    Raises:
        UserError: it is not there, or no YAML.
    """
    try:
        # DVC's reader too: 1e-3 is a number, a key given twice an error
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise not_here(path) from None
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None
    except MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UserError(f"{path}: not readable as YAML: {line}{error.problem}") from None
    except (YAMLError, ValueError) as error:  # a date such as 2020-13-45 is a ValueError
        raise UserError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from None
