"""A chart of the page: what Vega-Lite draws, its switches, and the same figures as a table."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TEXT_COLOR = "currentColor"  # of the page: black, or white on a dark one

Rows = Sequence[dict[str, Any]]
Encoding = dict[str, Any]


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
    switches: Sequence[Switch] = ()

    @property
    def drawn(self) -> dict[str, Any]:
        """What the page's script needs; Vega puts the description in place of the label."""
        fitted = {"width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
        own = {"autosize": {"type": "pad"}} if "width" in self.spec else {}
        spec = fitted | own | self.spec | {"description": self.alt}
        return {"spec": spec, "rows": [*self.rows]}


def cell(share: float) -> str:
    """A cell of a table: a share in percent, "-" where there is none."""
    return "-" if math.isnan(share) else f"{100 * share:.1f}"


def interval(mean: float, low: float, high: float) -> dict[str, float]:
    """Fields of a row: a mean and the ends of its interval in percent."""
    return {k: round(100 * v, 2) for k, v in (("mean", mean), ("low", low), ("high", high))}


def of_budgets(budgets: Iterable[int]) -> Switch:
    """Shows one budget, at first the largest."""
    every = [*budgets]
    options = [Option(str(budget), str(budget), budget == max(every)) for budget in every]
    return Switch("budget", "Labels per class", options)


def colored(field: str, colors: Mapping[str, str], legend: Encoding | None = None) -> Encoding:
    """Marks in the colours of a field's values; without a legend where a switch shows them."""
    scale = {"domain": [*colors], "range": [*colors.values()]}
    told = legend and {"title": None} | legend
    return {"field": field, "type": "nominal", "scale": scale, "legend": told}


def along(field: str, title: str | None, **more: Any) -> Encoding:
    """Places by a number; the axis need not begin at 0."""
    kind = {"field": field, "type": "quantitative", "title": title}
    return {**kind, "scale": {"zero": False}, **more}


def named(field: str, title: str | None, order: Sequence[str]) -> Encoding:
    """Places by a name, in this order."""
    return {"field": field, "type": "nominal", "title": title, "sort": [*order]}


def hovered(fields: Iterable[str]) -> list[Encoding]:
    """What is shown where the pointer is."""
    return [{"field": field} for field in fields]
