"""Groups of images that `data.folder.group_pattern` finds in their paths."""

import re

from semisup.prepare.own_images.named_places import KEY
from semisup.prepare.own_images.spelling import Groups
from semisup.workflow.notes import Notes

_KEY = f"{KEY}.group_pattern"


class PatternGroups:
    """Which group each path is of; `warn` tells what looks wrong about them."""

    def __init__(self, pattern: str | None, groups: Groups) -> None:
        self.pattern = re.compile(pattern) if pattern else None  # None: params.yaml gives none
        self._groups = groups
        self._without = self._with = 0  # paths
        self._first, self._where = "", ""
        self._are_several = False

    def of(self, path: str) -> str | None:
        """The first group of the pattern, or all that it finds; None where it finds nothing."""
        found = self.pattern.search(path) if self.pattern else None
        if found is None:
            self._without += 1
            return None
        group = next((part for part in found.groups() if part is not None), found[0])
        group = self._groups.spelled(group)
        if not self._with:
            self._first, self._where = group, path
        self._with += 1
        self._are_several = self._are_several or group != self._first
        return group

    def warn(self, notes: Notes) -> None:
        """Of paths without a group, of groups that are one, and of one that holds all."""
        if self._without and self.pattern:
            notes.warn(
                f"{_KEY}: finds nothing in the paths of {self._without} files, "
                "each of which is a group of its own"
            )
        self._groups.warn(notes)
        if self._with > 1 and not self._are_several:
            notes.warn(
                f"{_KEY}: finds {self._first!r} in all {self._with} paths that it finds anything "
                f"in, such as {self._where}, so that these are one group, on one side of each "
                "split; if that is a folder around the images, let the pattern begin further on"
            )
