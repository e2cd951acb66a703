"""The page in a real browser, without a network."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browser import DARK, ask, needs_browser
from left_behind import TASKS, asked
from made_up import BUDGETS

from semisup.params.loading import Params
from semisup.report.build import build_report

pytestmark = needs_browser
CHARTS = "document.querySelectorAll('figure[data-chart]').length"
DRAWN = "[...document.querySelectorAll('.chart svg')].filter(s => s.querySelector('path')).length"
CONTRAST = """
const parts = (text) => text.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255);
const light = (text) => parts(text)
  .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
  .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
const ground = light(getComputedStyle(document.body).backgroundColor);
const ratio = (text) => {
  const [low, high] = [light(text), ground].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const color = (name, key) => getComputedStyle(document.querySelector(name))[key];
return { ground, text: ratio(color("h2", "color")), soft: ratio(color("figcaption", "color")),
         link: ratio(color("summary", "color")), chart: ratio(color(".chart svg text", "fill")) };
"""


@pytest.fixture
def page(data: Path, make_params: Callable[..., Params]) -> Path:
    build_report(asked(make_params, TASKS, BUDGETS), data)
    return data / "report.html"


def test_every_chart_is_drawn(page: Path, tmp_path: Path) -> None:
    charts, drawn, wide = ask(
        page,
        f"return [{CHARTS}, {DRAWN}, document.documentElement.scrollWidth > innerWidth]",
        tmp_path,
    )
    assert charts > 0
    assert drawn == charts
    assert not wide


def test_a_switch_takes_its_lines_away_and_brings_them_back(page: Path, tmp_path: Path) -> None:
    script = """
    const figure = document.querySelector("figure[data-chart=curve]");
    const lines = () => figure.querySelectorAll(".mark-line path").length;
    const flip = async (value) => {
      figure.querySelector(`input[value=${value}]`).click();
      await new Promise((go) => setTimeout(go, 200));
      return lines();
    };
    return [lines(), await flip("head"), await flip("head"), await flip("top5")];
    """
    every, without, again, of_top5 = ask(page, script, tmp_path)
    assert (without, again, of_top5) == (every - len(TASKS), every, every)


def test_narrow_pages_do_not_scroll_sideways(page: Path, tmp_path: Path) -> None:
    script = """
    const page = document.documentElement;
    return [innerWidth, page.scrollWidth - page.clientWidth];
    """
    assert ask(page, script, tmp_path, width=400) == [400, 0]


@pytest.mark.parametrize(("options", "is_dark"), [((), False), ((DARK,), True)])
def test_words_and_charts_stand_out(
    page: Path, tmp_path: Path, options: tuple[str, ...], is_dark: bool
) -> None:
    found = ask(page, CONTRAST, tmp_path, *options)
    assert (found.pop("ground") < 0.2) == is_dark
    assert min(found.values()) >= 4.5, found  # WCAG 2, level AA
