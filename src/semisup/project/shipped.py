"""Files of this repository beside src that the installed package needs: stages, dvc.yaml and such.

They have one place each, at the top of the repository. A wheel holds copies, made when it is built
(setup.py), which imports this file alone; an editable install reads them where they are.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

SHIPPED = (
    *("params.yaml", "dvc.yaml", "Makefile", ".gitignore", ".dvcignore"),
    *(".dvc/.gitignore", ".dvc/config", ".dvc/plots/*.json", ".dvc/plots/page/page.html"),
    *(".dvc/plots/page/LICENSE", "data/README.md", "data/raw/README.md", "data/*/.gitkeep"),
    "stages/*.py",
)
BESIDE = "environment"  # what stages import, and is none
IN_WHEEL = "semisup/project/shipped"  # the folder of the copies


def folder() -> Path:
    """Where they lie below: a folder of the package, or the top of the checkout."""
    package = Path(__file__).resolve().parents[1]
    copies = package.parent / IN_WHEEL
    return copies if copies.is_dir() else package.parents[1]


def files(top: Path) -> Iterator[Path]:
    """All of them in the checkout or folder `top`, relative to it."""
    for pattern in SHIPPED:
        yield from sorted(path.relative_to(top) for path in top.glob(pattern))


def stages() -> dict[str, Path]:
    """The scripts of all stages, by their names."""
    scripts = sorted((folder() / "stages").glob("*.py"))
    return {path.stem: path for path in scripts if path.stem != BESIDE}


def copy(top: Path, target: Path, but: str = "") -> None:
    """Copy them from `top` into the folder `target`, but for those of one folder."""
    for file in files(top):
        if file.parts[0] != but:
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(top / file, target / file)
