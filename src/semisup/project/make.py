"""Make a project for one's own images."""

import contextlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from jinja2 import Template

from semisup.params.data_sections import Columns
from semisup.prepare.files.archive import SUFFIXES
from semisup.prepare.files.places import no_place
from semisup.prepare.junk import is_junk
from semisup.project import class_folders, code, derived, shipped
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.outputs import RAW

IMAGE_SIZE = 64  # that photographs want; letters of the embedded set do with less
README = Path(__file__).with_name("README.md.jinja")
# what params.yaml says of other images, where it is that of a checkout in which someone works
OTHERS: dict[str, object] = {
    **dict.fromkeys(("validation", "validation_labels", "test", "test_labels", "group_pattern")),
    **dict.fromkeys((f"columns.{name}" for name in Columns.model_fields), "auto"),
    **dict.fromkeys(("class_level", "class_names"), "auto"),
}
FLIPS = ("data.augment.flip", "pretrain.augment.flip", "selftrain.views.strong.flip")
NEXT = """\
{target}: made{brought}. Next:
  cd {quoted}
  semisup look
  make repro"""


@dataclass(frozen=True)
class Given:
    """What the user named: places of images, of those with class folders, and a table of labels."""

    images: Sequence[str] = ()
    labelled: Sequence[str] = ()
    labels: str | None = None

    def settings(self) -> dict[str, object]:
        """Of params.yaml, by dotted key, with what was named below data/raw."""
        images, labelled = (
            [_in_raw(path) for path in some] for some in (self.images, self.labelled)
        )
        if self.labels and not labelled:
            images, labelled = [], images  # files without a row count as unlabelled
        return {
            "data.source": "folder",
            "data.image_size": IMAGE_SIZE,
            "data.folder.unlabelled": _one_or_all(images),
            "data.folder.labelled": _one_or_all(labelled),
            "data.folder.labels": self.labels and _in_raw(self.labels),
            **{f"data.folder.{key}": value for key, value in OTHERS.items()},
            **dict.fromkeys(FLIPS, True),
        }

    def check(self) -> None:
        """Refuse what is not there.

        Raises:
            UserError: a path leads nowhere or to no archive, two have the same name, DVC passes
                over one's name, a table is given without images, or labelled folders are the
                classes themselves.
        """
        for option, paths in (("--images", self.images), ("--labelled", self.labelled)):
            for given in paths:
                path = Path(given)
                if not _is_unicode(given):
                    raise UserError(f"{option} {os.fsencode(given)!r}: not UTF-8; rename it")
                if not given.strip():
                    raise UserError(f"{option}: one of them is empty; name a folder or archive")
                _check_name(option, given)
                if not path.exists():
                    raise UserError(f"{option} {given}: no such folder or archive")
                if not (path.is_dir() or path.name.lower().endswith(SUFFIXES)):
                    raise no_place(f"{option} {given}", path)
        if self.labels and not Path(self.labels).is_file():
            raise UserError(f"--labels {self.labels}: no such file; name a table, such as a CSV")
        if self.labels:
            _check_name("--labels", self.labels)
        if self.labels and not (self.images or self.labelled):
            raise UserError(f"--labels {self.labels}: of no images; name these by --images")
        names: dict[str, str] = {}
        for given in self.every:
            other = names.setdefault(_name(given), given)
            if other is not given:
                raise UserError(f"{given}: {other} has the same name; rename one of them")
        if len(self.labelled) > 1 and not self.labels:
            class_folders.check(self.labelled)

    @property
    def every(self) -> list[str]:
        """All paths."""
        return [*self.images, *self.labelled, *([self.labels] if self.labels else [])]


def _check_name(option: str, given: str) -> None:
    if is_junk(_name(given)):
        raise UserError(
            f"{option} {given}: DVC passes over files and folders of that name; rename it, or name "
            "a link to it"
        )


def _is_unicode(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def make(target: Path, given: Given, link: bool, git: bool) -> str:
    """Write the project, whole or not at all; returns what to do next.

    Args:
        target: its folder, which is not there yet.
        given: what the user named; copied into data/raw.
        link: whether links are put there in place of copies.
        git: whether Git shall keep it, in a repository that it lies in or one of its own.

    Raises:
        UserError: the folder is there, or something that was named is of no use.
    """
    if target.exists():
        raise UserError(f"{target}: is there already; name a folder that is not there yet")
    given.check()
    _check_place(target, given)
    git = git and shutil.which("git") is not None
    with outputs.replacing(target.absolute()) as folder:
        _write(folder, target.name, given, git)
        for path in given.every:
            _bring(Path(path), folder / RAW, link)
        with contextlib.chdir(folder):
            code.write()  # so that `dvc status` finds it
        if git and not _is_in_git(target.absolute()):
            _begin_git(folder)
    names = ", ".join(_in_raw(path) for path in given.every)
    quoted = shlex.quote(str(target))  # to be copied to a shell
    said = NEXT.format(target=target, quoted=quoted, brought=names and f", with {names}")
    hints = [] if given.labelled or given.labels else class_folders.hints(given.images)
    return "\n".join([said, *hints])


def _is_in_git(target: Path) -> bool:
    """Whether a repository around it will keep it, which would not keep one within itself."""
    around = next(folder for folder in target.parents if folder.is_dir())
    kept = [str(target / path) for path in ("data/README.md", outputs.REPORTS / outputs.METRICS)]
    command = ["git", "-C", str(around), "check-ignore", *kept]
    return subprocess.run(command, capture_output=True, check=False).returncode == 1  # none ignored


def _begin_git(folder: Path) -> None:
    command = ["git", "init", "--quiet", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:  # as by a mistake in the user's settings of Git
        why = " ".join(done.stderr.removeprefix("fatal: ").split())
        raise UserError(f"git init: {why}; mend that, or add --no-git to do without")
    # the branch that the documentation speaks of, whatever the user's Git calls the first one
    main = ["git", "-C", str(folder), "symbolic-ref", "HEAD", "refs/heads/main"]
    subprocess.run(main, capture_output=True, check=False)


def _check_place(target: Path, given: Given) -> None:
    """Refuse a project within its own images, or where DVC can't work."""
    if {*"{}"} & {*str(target.absolute())}:
        raise UserError(
            f"{target}: {target.absolute()} has braces, which DVC takes for a name to fill in; "
            "name another place"
        )
    for path in given.every:
        if Path(path).resolve() in target.resolve().parents:
            raise UserError(f"{target}: lies in {path}, whose images it is for; name another place")


def _write(folder: Path, name: str, given: Given, git: bool) -> None:
    """All but the images."""
    shipped.copy(shipped.folder(), folder, but="stages")
    _derive(folder / "dvc.yaml", derived.workflow)
    _derive(folder / "Makefile", derived.makefile)
    _derive(folder / "params.yaml", lambda text: derived.settings(text, given.settings()))
    fill = {"name": name, "version": version("semisup")}
    page = Template(README.read_text(encoding="utf-8"), keep_trailing_newline=True).render(fill)
    (folder / "README.md").write_text(page, encoding="utf-8")
    if not git:
        _derive(
            folder / ".dvc/config",
            lambda text: text.replace("[core]\n", "[core]\n    no_scm = true\n"),
        )


def _derive(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def _bring(path: Path, raw: Path, link: bool) -> None:
    target = raw / _name(str(path))
    try:
        next(os.scandir(path), None) if path.is_dir() else path.open("rb").close()
    except PermissionError as error:
        raise UserError(
            f"{path}: can't be read: {error.strerror}; allow it, or name another"
        ) from None
    if link:
        target.symlink_to(path.resolve())
    elif path.is_dir():
        _copy_folder(path, target)
    else:
        shutil.copy2(path, target)


def _copy_folder(folder: Path, target: Path) -> None:
    """With all that are files, or links to such; others are none of images."""

    def others(at: str, names: list[str]) -> list[str]:
        return [name for name in names if not _is_copied(Path(at, name))]

    try:
        shutil.copytree(folder, target, ignore=others)
    except shutil.Error as error:
        source, _, why = error.args[0][0]
        raise UserError(f"{source}: can't be copied: {why}") from None


def _is_copied(path: Path) -> bool:
    """Whether it is a file or a folder, and no device, broken link or way back to where it lies."""
    goes_back = path.is_symlink() and path.parent.resolve().is_relative_to(path.resolve())
    return path.is_file() or (path.is_dir() and not goes_back)


def _name(given: str) -> str:
    """Of a link its own: in DVC's and other caches it leads to a hash without an ending."""
    name = Path(given).name
    return name if name not in ("", "..") else Path(given).resolve().name


def _in_raw(given: str) -> str:
    return f"{RAW}/{_name(given)}"


def _one_or_all(paths: list[str]) -> object:
    return paths if len(paths) > 1 else (paths[0] if paths else None)
