"""Puts the stages, dvc.yaml and what else a project needs into the wheel; the rest is declared."""

import runpy
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

TOP = Path(__file__).parent


class BuildWithShipped(build_py):
    """The package, and copies of what lies beside it in the repository."""

    def run(self) -> None:
        """An editable install reads the files where they are."""
        super().run()
        if not self.editable_mode:
            shipped = runpy.run_path(str(TOP / "src/semisup/project/shipped.py"))
            shipped["copy"](TOP, Path(self.build_lib) / shipped["IN_WHEEL"])


setup(cmdclass={"build_py": BuildWithShipped})
