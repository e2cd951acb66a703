"""Results that nothing asks for any more, as of a budget that was taken out of params.yaml."""

import logging
import sys
from pathlib import Path
from typing import Any

from semisup.cli.workflow import FILE, databases_told
from semisup.workflow.errors import not_here
from semisup.workflow.notes import named
from semisup.workflow.outputs import LABELS, RAW


def prune() -> None:
    """Remove them, by `dvc checkout`, which also puts back results that DVC's cache has.

    It would put back files that DVC keeps beside the workflow, too: where the user has changed
    such, as raw images, nothing is done. Those that DVC keeps no more stay.

    Raises:
        UserError: in another folder than a project's, or where DVC's databases can't be used.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    if not FILE.is_file():
        raise not_here(FILE)
    logging.disable(logging.WARNING)  # of each result that is not there yet
    try:
        with databases_told(), Repo() as repo:
            if edited := _edited(repo):
                print(
                    f"{named(edited)}: changed since `dvc add`, and stays so; run `dvc add` for it "
                    "again, to keep the change in DVC",
                    file=sys.stderr,
                )
            else:
                _leave_own(repo)
                repo.checkout(allow_missing=True)
    except (DvcException, OSError):  # results stay; what is wrong, `dvc repro` says
        return
    finally:
        logging.disable(logging.NOTSET)


def _edited(repo: Any) -> list[str]:
    """What `dvc add` took, and is no longer as its .dvc file says; not what is gone altogether."""
    found = repo.data_status()["uncommitted"].get("modified", [])
    paths = (path.rstrip("/") for path in found)
    return [path for path in paths if Path(f"{path}.dvc").is_file()]


def _leave_own(repo: Any) -> None:
    """Let DVC forget that it put files of the user there, as `dvc add` notes.

    It would remove them where no .dvc file names them any more: after `dvc remove`, or on a branch
    from before `dvc add`.
    """
    with repo.state.links as links:
        for name in [*links]:
            if not _is_result(Path(name)):
                del links[name]


def _is_result(path: Path) -> bool:
    return RAW.parent in path.parents and not {RAW, LABELS} & {path, *path.parents}
