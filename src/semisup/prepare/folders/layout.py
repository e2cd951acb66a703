"""What the folders of a place mean: which are classes, and which only stand around them.

Below the place, depth by depth, folders are wrappers (one around all others), parts of the data
(`train`, `val`, `test`), repetitions (two sites or years with the same class folders in each), and
then classes, which may hold parts (`cat/train`) in turn. What could be read in two ways is refused.
"""

from semisup.labels.parts import part_of
from semisup.prepare.files.places import shown
from semisup.prepare.folders import doubts, refusals
from semisup.prepare.folders.class_folders import Layout, Level
from semisup.prepare.folders.parts_below import deeper_part, parts_in_classes, share_classes
from semisup.prepare.folders.signs import (
    are_aside,
    are_parts,
    aside_among,
    beside_unlabelled,
    copies,
    hold_parts,
    is_flat,
    masks_of_parts,
    shared,
    tests_among,
)
from semisup.prepare.folders.tree import (
    Folder,
    Folders,
    each,
    is_around,
    is_within,
    merged,
)
from semisup.workflow.notes import Notes

NO_IMAGES = "by the name these are no images of their own"


def examine(top: Folder, where: str, class_level: int | None, notes: Notes) -> Layout:
    """Which level of the folders below a place is the classes.

    Args:
        top: the place.
        where: its key in params.yaml and its path, for messages.
        class_level: depth that the user says the classes are at, from 1; None: to be found out.
        notes: takes warnings.

    Raises:
        UserError: where it can be read in two ways.
    """
    found = _Search(where, notes, class_level)
    found.descend([top])
    return Layout(tuple(found.levels), found.aside, found.flat, found.tests, found.trains)


class _Search:
    def __init__(self, where: str, notes: Notes, class_level: int | None) -> None:
        self.where, self.notes, self.class_level = where, notes, class_level
        self.levels: list[Level] = []
        self.aside = set[tuple[int, str]]()
        self.flat = set[tuple[int, str]]()
        self.tests = set[tuple[int, str]]()
        self.trains = set[tuple[int, str]]()
        self.is_uneven = False

    def warn(self, line: str) -> None:
        """Of something about this place."""
        self.notes.warn(f"{self.where}: {line}")

    def descend(self, at: list[Folder]) -> None:
        """Find the levels from these folders on, which lie at one depth."""
        inner = self._without_copies(self._without_aside(merged(at)), at)
        loose = sum(folder.images for folder in at)
        level = self._level(inner, loose)
        self.levels.append(level)
        if level == "class":
            self._look_into_classes(inner)
            return
        if level == "part":
            depth = len(self.levels) - 1
            inner = {n: f for n, f in inner.items() if part_of(n) or (depth, n) in self.trains}
            self.tests |= tests_among(depth, inner)
            doubts.warn_of_equal_parts([*filter(part_of, inner)], self.warn)
            flat = self._find_flat(inner)
            labelled = {n: f for n, f in inner.items() if part_of(n) != "unlabelled"} or inner
            inner = {name: found for name, found in labelled.items() if name not in flat}
            if self.class_level is None and (uneven := deeper_part(inner)):
                doubts.warn_of_uneven_parts(*uneven, self.warn)
                self.is_uneven = True
        self.descend(each(inner))

    def _level(self, inner: dict[str, list[Folder]], loose: int) -> Level:
        parts = are_parts(inner)
        if self.class_level is not None:
            if not inner or len(self.levels) + 1 >= self.class_level:
                return "class"
            if not parts and len(inner) > 1:
                doubts.warn_of_around(inner, self.warn)
                parts = self._has_one_part(inner)
                if not parts:
                    doubts.warn_of_held(inner, self.warn)
                if not parts and len(self.levels) + 2 == self.class_level:
                    doubts.warn_of_equal_names(inner, self.warn)
            return "part" if parts else "repetition" if len(inner) > 1 else "wrapper"
        if len(inner) == 1 and not loose and merged(next(iter(inner.values()))):
            return "wrapper"
        if parts:
            doubts.warn_of_others([name for name in inner if not part_of(name)], self.warn)
            doubts.warn_of_versions([*filter(part_of, inner)], self.warn)
            return "part"
        if not loose and (holding := beside_unlabelled(inner)):
            self.trains |= {(len(self.levels), name) for name in holding}
            others = shown(name for name in inner if name not in holding)
            self.warn(f"{shown(holding)}: holds the classes; beside it {others}: read as no label")
            return "part"
        return self._repetition_or_class(inner, loose)

    def _has_one_part(self, inner: dict[str, list[Folder]]) -> bool:
        """Whether a folder around the classes is named as train or test; the rest is train."""
        others = [name for name in inner if not part_of(name, strict=True)]
        if len(others) == len(inner):
            return False
        self.trains |= {(len(self.levels), name) for name in others}
        self.warn(
            f"{shown(others)}: beside a folder named as train or test, and read as train: if it is "
            "another part, call it validation, test or unlabelled"
        )
        return True

    def _repetition_or_class(self, inner: dict[str, list[Folder]], loose: int) -> Level:
        if not loose and share_classes(inner):
            return self._above_parts(inner)
        alike = shared(inner) if not loose else []
        if not alike:
            if not loose:
                doubts.warn_of_domains(inner, len(self.levels) + 3, self.warn)
            return "class"
        if are_parts(alike):
            return self._above_parts(inner)
        outer_around = all(map(is_around, inner))
        inner_around = all(map(is_within, alike))
        if outer_around and not inner_around:
            self.warn(
                f"{shown(inner)} hold the same folders, which are read as the classes "
                f"({shown(alike)})"
            )
            doubts.warn_of_around(inner, self.warn)
            return "repetition"
        if inner_around and not outer_around:
            self.warn(
                f"{shown(inner)} are read as the classes; each holds the same folders "
                f"({shown(alike)})"
            )
            doubts.warn_of_versions(alike, self.warn)
            return "class"
        raise refusals.two_readings(inner, alike, len(self.levels) + 1, self.where)

    def _above_parts(self, inner: dict[str, list[Folder]]) -> Level:
        """Folders that each hold train and test: of classes, unless these lie below them."""
        refusals.forbid_folds(inner, len(self.levels) + 3, self.where)
        under = merged(each(merged(each(inner))))
        if len(under) < 2 or (all(map(is_within, under)) and not all(map(is_around, inner))):
            return "class"
        doubts.warn_of_sets(inner, under, len(self.levels) + 1, self.warn)
        return "repetition"

    def _find_flat(self, inner: dict[str, list[Folder]]) -> list[str]:
        """Parts without class folders, where others have them: nobody knows their labels."""
        named_so = {name: f for name, f in inner.items() if part_of(name) != "unlabelled"}
        flat = [name for name, folders in named_so.items() if is_flat(folders)]
        if len(flat) == len(inner):
            if self.class_level is None:
                refusals.forbid_flat_parts(inner, len(self.levels), self.where)
            return []
        if flat:
            self.flat |= {(len(self.levels) - 1, name) for name in flat}
            self.warn(
                f"{shown(flat)}: holds no class folders, so that its images are read as "
                "unlabelled; where a table has their labels, name both in data.folder.test and "
                "test_labels, or validation and validation_labels"
            )
        return flat

    def _look_into_classes(self, inner: dict[str, list[Folder]]) -> None:
        classes = each(inner)
        below = self._without_masks(classes)
        loose = any(folder.images for folder in classes)
        if loose and hold_parts(below, len(inner)):
            self.warn(
                f"folders {shown(below)} in the class folders are read as the split, images "
                "beside them as train"
            )
            self.levels.append("part")
        else:
            found = parts_in_classes(below, loose)
            if self.class_level is None and not (found and found[1] is below):
                deeper = {n: f for n, f in inner.items() if not any(own.images for own in f)}
                kinds = below if not loose else merged(each(deeper))
                if not self.is_uneven:  # no one level would be right
                    doubts.warn_of_kinds(deeper, kinds, len(self.levels) + 1, self.warn)
                if not loose and not found:
                    doubts.warn_of_parts_below(inner, self.warn)
            if found:
                classes = self._split_in_classes(*found)
        doubts.warn_of_things(inner, self.warn)
        doubts.warn_of_forms_beside(classes, self.warn)
        doubts.warn_of_names(inner, self.warn)

    def _split_in_classes(self, depth: int, parts: Folders) -> list[Folder]:
        """Levels down to train and test in class folders; what holds the images."""
        if depth:
            self.warn(f"folders {shown(parts)}, further down in the classes, are read as the split")
        self.levels += ["repetition"] * depth
        self.tests |= tests_among(len(self.levels), parts)
        self.levels.append("part")
        return each(parts)

    def _without_masks(self, classes: list[Folder]) -> dict[str, list[Folder]]:
        """The folders in classes; masks and the like are left out at any depth below them."""
        found: list[dict[str, list[Folder]]] = []
        depth, at = len(self.levels), classes
        while at or not found:
            below = merged(at)
            of_parts = masks_of_parts(below)
            aside = [name for name in below if name in of_parts or are_aside(name, at)]
            self._leave_aside(aside, depth=depth)
            found.append({name: f for name, f in below.items() if name not in aside})
            depth, at = depth + 1, each(found[-1])
        return found[0]

    def _without_aside(self, inner: dict[str, list[Folder]]) -> dict[str, list[Folder]]:
        """Without masks and the like."""
        aside = aside_among(inner)
        self._leave_aside(aside)
        return {name: folders for name, folders in inner.items() if name not in aside}

    def _without_copies(
        self, inner: dict[str, list[Folder]], at: list[Folder]
    ) -> dict[str, list[Folder]]:
        """Without a folder that holds all the others again."""
        again = copies(inner, at) if self.class_level is None else []
        self._leave_aside(again, "it holds the same files as lie beside it")
        return {name: folders for name, folders in inner.items() if name not in again}

    def _leave_aside(
        self, names: list[str], why: str = NO_IMAGES, depth: int | None = None
    ) -> None:
        if names:
            depth = len(self.levels) if depth is None else depth
            self.aside |= {(depth, name) for name in names}
            self.warn(f"{shown(names)}: left out, since {why}")
