"""A chart of the page: what Vega-Lite draws, its switches, and the same figures as a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Option:
    """A value of a switch, its words, whether it is on at first, its sign: a colour, or dashes."""

    value: str
    label: str
    on: bool = True
    color: str = ""
    dash: Sequence[int] = ()


@dataclass(frozen=True)
class Switch:
    """Shows only rows whose `field` is one of the options that are on.

    many: any of them may be on, or exactly one.
    """

    field: str
    title: str
    options: Sequence[Option]
    many: bool = False


@dataclass(frozen=True)
class Table:
    """Cells as they are shown; the first column names the row."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Chart:
    """name: unique, of a few letters; spec: of Vega-Lite without data; rows: the data; alt: what
    there is to see; table: the figures behind it.
    """

    name: str
    spec: dict[str, Any]
    rows: Rows
    alt: str
    table: Table
    switches: Sequence[Switch] = field(default_factory=tuple)

    @property
    def drawn(self) -> dict[str, Any]:
        """What the page's script needs."""
        return {"spec": {"width": "container", **self.spec}, "rows": [*self.rows]}
