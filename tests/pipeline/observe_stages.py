"""Run stages as they are and write down what they import and which parameters they read.

Usage: python observe_stages.py OUT.json COMMANDS.json, in a project. COMMANDS.json lists the stages
as [["stages/head.py", "--task", "rotation"], ...]. OUT.json lists for each of them its `status`,
the modules of the package that it imported (`imported`, paths below src) and the dotted paths of
the parameters that it read (`read`).
"""

import importlib
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

PACKAGE = "semisup"


class Reads:
    """Records reads of the loaded parameters, but not those that only check them.

    Those are the validation, and the comparison of --task and --budget with what is listed.
    """

    def __init__(self, params_module: Any) -> None:
        self.read: set[str] = set()
        self._checking = False
        self._section = params_module.Section
        self._path_of: dict[int, tuple[str, Any]] = {}  # with the section, so that its id stays its
        self._watch_sections()
        self._watch_load(params_module)
        for name in ("require_task", "require_budget"):
            self._ignore_reads_of(params_module.Params, name)

    def _watch_sections(self) -> None:
        section_class, plain = self._section, self._section.__getattribute__

        def watched(section: Any, name: str) -> Any:
            value = plain(section, name)
            path = self._path_of.get(id(section))
            if path is None or self._checking:
                return value
            if name in type(section).model_fields and not isinstance(value, section_class):
                self.read.add(path[0] + name)
            elif name in ("__dict__", "model_dump", "model_dump_json"):
                self.read |= {path[0] + field for field in type(section).model_fields}
            return value

        section_class.__getattribute__ = watched

    def _watch_load(self, module: Any) -> None:
        load, task_settings = module.load, module.Params.task_settings

        def watched_load(*arguments: Any) -> Any:
            params = load(*arguments)
            self._register(params, "")
            return params

        def watched_task_settings(params: Any, task: str, model: Any) -> Any:
            settings = task_settings(params, task, model)
            self.read.add(f"pretrain.{task}")
            self._register(settings, f"pretrain.{task}.")
            return settings

        module.load, module.Params.task_settings = watched_load, watched_task_settings

    def _ignore_reads_of(self, params_class: Any, name: str) -> None:
        check = getattr(params_class, name)

        def unwatched(params: Any, *values: Any, **named: Any) -> None:
            self._checking = True
            try:
                check(params, *values, **named)
            finally:
                self._checking = False

        setattr(params_class, name, unwatched)

    def _register(self, section: Any, prefix: str) -> None:
        for name in type(section).model_fields:
            value = getattr(section, name)
            if isinstance(value, self._section):
                self._register(value, f"{prefix}{name}.")
        self._path_of[id(section)] = (prefix, section)


def forget_package() -> None:
    for name in [n for n in sys.modules if n == PACKAGE or n.startswith(f"{PACKAGE}.")]:
        del sys.modules[name]


def imported() -> list[str]:
    source = Path("src").resolve()
    files = [m.__file__ for n, m in sys.modules.items() if n.partition(".")[0] == PACKAGE]
    return sorted(Path(f).resolve().relative_to(source).as_posix() for f in files if f)


def observe(command: list[str]) -> dict[str, Any]:
    forget_package()
    reads = Reads(importlib.import_module(f"{PACKAGE}.params.loading"))
    sys.argv = command
    sys.path.insert(0, str(Path(command[0]).parent))  # as Python does for a script
    status: Any = None
    try:
        runpy.run_path(command[0], run_name="__main__")
    except SystemExit as leaving:
        status = leaving.code
    return {"status": status, "imported": imported(), "read": sorted(reads.read)}


if __name__ == "__main__":
    out, commands = map(Path, sys.argv[1:])
    os._exit = sys.exit  # stages leave at once, but here others follow
    seen = [observe(command) for command in json.loads(commands.read_text())]
    out.write_text(json.dumps(seen))
