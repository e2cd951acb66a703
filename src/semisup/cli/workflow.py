"""The stages of dvc.yaml as DVC sees them: what depends on what, and what has changed.

DVC's locks are left alone: who looks while a workflow runs must not stop it.
"""

import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semisup.cli import lockfile
from semisup.params.loading import PARAMS_FILE, load
from semisup.workflow import outputs
from semisup.workflow.errors import UserError, not_here

FILE = Path("dvc.yaml")
DVC = (sys.executable, "-P", "-m", "dvc")  # -P: no random.py of the project in place of Python's
MEND = f"take the last commit's: `git checkout HEAD {FILE}`"


@dataclass(frozen=True)
class Stages:
    """Stages by their names, `head@rotation-4`.

    parents: those that each depends on; changed: those whose inputs or outputs are others than
    dvc.lock says; always: those that run each time; order: all, as DVC runs them.
    """

    parents: Mapping[str, set[str]]
    changed: set[str]
    always: Sequence[str]
    order: Sequence[str]

    def left(self) -> set[str]:
        """The changed ones and all that depend on them: equal bytes may make some needless."""
        found = set(self.changed)
        while more := {name for name, before in self.parents.items() if before & found} - found:
            found |= more
        return found


def environment() -> dict[str, str]:
    """The variables to start DVC with.

    Stages call `python` and `semisup`: those of this program, though its environment is not active.
    """
    own = str(Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join([own, os.environ.get("PATH", os.defpath)])}


def declared() -> dict[str, dict[str, Any]]:
    """The stages as dvc.yaml has them, in its order.

    Raises:
        UserError: it is not there, as in a folder below the project's, where DVC would find it; it
            was cut off, or a merge left its marks in it.
    """
    from dvc.schema import COMPILED_MULTI_STAGE_SCHEMA
    from dvc.utils.serialize import YAMLError, parse_yaml
    from voluptuous import Invalid

    if not FILE.is_file():
        raise not_here(FILE)
    try:
        said = parse_yaml(FILE.read_text(encoding="utf-8"), FILE)
        COMPILED_MULTI_STAGE_SCHEMA(said)
    except (YAMLError, Invalid, ValueError) as error:
        why = " ".join(str(error).split())
        raise UserError(f"{FILE}: can't be read ({why[:200]}); {MEND}") from None
    if not said.get("stages"):
        raise UserError(f"{FILE}: has no stages; {MEND}")
    return dict(said["stages"])


def folders_gone() -> list[Path]:
    """Those of data/ that stages look into and no stage makes: `rm -r data` took them along.

    DVC would end by the name of the first one, and no word of what to do.

    Raises:
        UserError: as `declared`.
    """
    stages = declared().values()
    read = [Path(dep) for stage in stages for dep in stage.get("deps", ()) if "$" not in str(dep)]
    outs = [out for stage in stages for out in stage.get("outs", ())]
    made = {Path(out if isinstance(out, str) else next(iter(out))) for out in outs}
    made.add(outputs.folder_of("supervised"))  # there is a budget always, whose stage makes it
    own = [p for p in dict.fromkeys(read) if p.parts[0] == "data" and not made & {p, *p.parents}]
    return [path for path in own if not path.exists()]


def read() -> Stages:
    """The stages as they are now; takes seconds.

    Raises:
        UserError: where this is no project, DVC refuses one of its files, or its databases can't
            be used.
    """
    import networkx
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    declared()
    lockfile.check_merged()
    try:
        with databases_told(), Repo() as repo:
            graph = repo.index.graph
            ordered = [*networkx.dfs_postorder_nodes(graph)]
            return Stages(
                {
                    s.addressing: {before.addressing for before in graph.successors(s)}
                    for s in graph
                },
                {stage.addressing for stage in ordered if _has_changed(stage)},
                [stage.addressing for stage in ordered if stage.always_changed],
                [stage.addressing for stage in ordered],
            )
    except (DvcException, TypeError) as error:
        if PARAMS_FILE.is_file():
            load()  # says better than DVC what is wrong there
        if isinstance(error, TypeError):  # of DVC where `matrix` is over no list
            raise
        raise UserError(f"DVC: {' '.join(str(error).split())}") from None


@contextmanager
def databases_told() -> Iterator[None]:
    """DVC itself says neither where its databases of hashes are nor what to do about them.

    Raises:
        UserError: they can't be read or written.
    """
    try:
        yield
    except sqlite3.Error as error:
        from dvc.config import Config
        from dvc.dirs import site_cache_dir

        folder = site_cache_dir(Config.from_cwd()["core"].get("site_cache_dir"))
        raise UserError(
            f"{folder}: DVC can't use its databases there ({error}); unlock the folder or make "
            "room, or remove it: DVC makes it anew"
        ) from None


def _has_changed(stage: Any) -> bool:
    """As DVC finds it, which would lock the stage's files for it."""
    return stage.changed_stage() or any(entry.status() for entry in [*stage.deps, *stage.outs])


def kind_of(stage: str) -> str:
    """Of `head@rotation-4` it is `head`."""
    return stage.partition("@")[0]


def failure(stages: Iterable[str] = ()) -> UserError:
    """The error where stages failed, by their names as far as these are known."""
    what = f"failed: {', '.join(stages)}" if stages else "a stage failed"
    return UserError(f"{what}; its own message stands above")


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"
