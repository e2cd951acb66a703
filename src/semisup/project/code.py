"""What stages of a project depend on in place of code: a hash of each file of the package.

In this repository stages depend on the code itself. In a project of one's own it lies elsewhere,
where DVC's paths would be those of one machine; hashes are the same on all.
"""

from pathlib import Path

from semisup.params.loading import PARAMS_FILE
from semisup.project import shipped
from semisup.workflow import outputs
from semisup.workflow.errors import not_here

FOLDER = Path("data/code")
ENDINGS = (".py", ".jinja", ".css", ".js")  # as .dvcignore lets in


def write() -> None:
    """Write data/code: for each file of the package and for each stage a file with its SHA-256.

    Raises:
        UserError: this is no project.
    """
    if not PARAMS_FILE.is_file():
        raise not_here(PARAMS_FILE)
    with outputs.replacing(FOLDER) as folder:
        for name, file in _files().items():
            noted = folder / name
            noted.parent.mkdir(parents=True, exist_ok=True)
            noted.write_text(_hash(file), encoding="ascii")


def has_changed() -> bool:
    """Whether this is a project whose stages ran by other files than those of the package now."""
    if not FOLDER.is_dir():
        return False
    noted = {
        file.relative_to(FOLDER): file.read_text("ascii")
        for file in FOLDER.rglob("*.*")
        if file.suffix in ENDINGS and file.is_file()
    }
    return noted != {name: _hash(file) for name, file in _files().items()}


def files() -> list[Path]:
    """What `write` notes for the installed package, below data/code."""
    return [*_files()]


def _files() -> dict[Path, Path]:
    """Those of the package and the stages' scripts, by where they are noted."""
    stages = shipped.folder() / "stages"
    package = Path(__file__).resolve().parents[1]
    copies = package.parent / shipped.IN_WHEEL
    return {
        below / file.relative_to(top): file
        for top, below in ((package, Path()), (stages, Path("stages")))
        for file in sorted(top.rglob("*.*"))
        if file.suffix in ENDINGS and (top == stages or copies not in file.parents)
    }


def _hash(file: Path) -> str:
    return f"{outputs.sha256(file)}\n"
