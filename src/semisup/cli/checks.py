"""What `semisup check` refuses before a stage runs: DVC or a stage would say it late, or oddly."""

from pathlib import Path

from semisup.workflow.errors import UserError


def check_git() -> None:
    """Refuse a project that DVC would refuse, with what to do.

    Raises:
        UserError: it lies in no Git repository, and is not set to do without.
    """
    here = Path.cwd()
    if without_git() or any((folder / ".git").exists() for folder in (here, *here.parents)):
        return
    raise UserError(
        "no Git repository here, which DVC works beside: run `git init`, or `dvc config "
        "core.no_scm true` to do without"
    )


def without_git() -> bool:
    """As `semisup init --no-git` sets it."""
    config = Path(".dvc/config")
    return config.is_file() and "no_scm = true" in config.read_text(encoding="utf-8")
