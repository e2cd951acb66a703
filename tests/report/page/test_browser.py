"""The page in a real browser, without a network."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import yaml
from browser import DARK, ask, needs_browser
from left_behind import TASKS, asked, reliabilities, write_data
from made_up import BUDGETS
from projects import CHECKOUT

from semisup.params.loading import Params
from semisup.report.findings.together import find
from semisup.report.inputs import read_inputs
from semisup.report.page.write import write_page
from semisup.report.tables.comparison import compare
from semisup.report.words.summary import write_summary

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


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Written once, from what tasks leave behind."""
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_data()
        (folder / "report.html").write_text(written(), encoding="utf-8")
    yield folder / "report.html"


def written() -> str:
    values = yaml.safe_load((CHECKOUT / "params.yaml").read_text("utf-8"))
    params = asked(lambda _: Params.model_validate(values), TASKS, BUDGETS)
    inputs = read_inputs(params)
    table = compare(inputs.results, inputs.facts.pretext, inputs.facts.confidence)
    found = find(inputs.results, inputs.facts)
    summary = write_summary(table, inputs.facts, found)
    return write_page(inputs, table, found, reliabilities(BUDGETS), summary, params)


def test_every_chart_is_drawn(page: Path, tmp_path: Path) -> None:
    charts, drawn, wide = ask(
        page,
        f"return [{CHARTS}, {DRAWN}, document.documentElement.scrollWidth > innerWidth]",
        tmp_path,
    )
    assert charts > 0
    assert drawn == charts
    assert not wide


def test_a_drawn_chart_keeps_its_alternative_text(page: Path, tmp_path: Path) -> None:
    """Vega has a word of its own for those who can't see it, the same for every chart."""
    script = """
    return [...document.querySelectorAll(".chart")].map((one) => one.getAttribute("aria-label"));
    """
    told = ask(page, script, tmp_path)
    written = re.findall(r'class="chart" role="img" aria-label="(.+?)"', page.read_text("utf-8"))
    assert len({*told}) > 1
    assert told == [unescape(text) for text in written]


def test_images_of_a_class_stand_beside_its_name(page: Path, tmp_path: Path) -> None:
    script = """
    const name = document.querySelector(".class b");
    name.textContent = "a_name_of_usual_length";
    const images = name.nextElementSibling;
    for (let n = 0; n < 9; n++) images.append(images.firstElementChild.cloneNode());
    const places = [...images.children].map((one) => one.getBoundingClientRect());
    const [left, right] = [name.getBoundingClientRect(), Math.max(...places.map((p) => p.right))];
    return [places.every((place) => place.left >= left.right), right <= innerWidth];
    """
    assert ask(page, script, tmp_path, width=400) == [True, True]


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


def test_the_price_of_a_label_counts(page: Path, tmp_path: Path) -> None:
    """Three classes, 16 labels of each: 48 more, at 2 each."""
    script = """
    const field = document.querySelector("form.price input");
    field.value = "2";
    document.querySelector("#prices tbody tr").dataset.gain = 3;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return [...document.querySelector("#prices tbody tr").cells].map((one) => one.textContent);
    """
    assert ask(page, script, tmp_path)[3:] == ["48", "96", "32"]


def test_on_paper_what_is_on_keeps_its_name(page: Path, tmp_path: Path) -> None:
    """These are the legends of the charts."""
    script = """
    document.querySelector("figure[data-chart=curve] input[value=gan]").checked = false;
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
    const printed = rules.filter((rule) => rule.media?.mediaText === "print")
      .flatMap((rule) => [...rule.cssRules]);
    const hidden = printed.filter((rule) => rule.style.display === "none");
    const labels = [...document.querySelectorAll(".switches label")];
    const taken = labels.filter((label) => hidden.some((rule) => label.matches(rule.selectorText)));
    const is_on = (label) => label.querySelector("input").checked;
    return [labels.length, taken.filter(is_on).length, labels.filter(is_on).length + taken.length];
    """
    every, on_and_hidden, told = ask(page, script, tmp_path)
    assert on_and_hidden == 0
    assert told == every


def test_what_is_no_price_costs_nothing_that_could_be_told(page: Path, tmp_path: Path) -> None:
    """What the browser cannot read as a number, as a comma for a point, is empty to the page."""
    script = """
    const field = document.querySelector("form.price input");
    return ["", "-1"].map((value) => {
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      return document.querySelector("#prices tbody tr").cells[4].textContent;
    });
    """
    assert ask(page, script, tmp_path) == ["-", "-"]


def test_nothing_is_loaded_from_elsewhere(page: Path, tmp_path: Path) -> None:
    script = """
    const loaded = [...document.querySelectorAll("[src], link[href]")];
    const sources = loaded.map((one) => (one.src || one.href).slice(0, 5));
    const asked = performance.getEntriesByType("resource").map((one) => one.name);
    return [sources, asked.filter((name) => !name.startsWith("data:")).length];
    """
    sources, requests = ask(page, script, tmp_path)
    assert set(sources) == {"data:"}
    assert requests == 0
    assert page.stat().st_size < 3e6


def test_narrow_pages_do_not_scroll_sideways(page: Path, tmp_path: Path) -> None:
    script = """
    const page = document.documentElement;
    document.querySelector(".class b").textContent = "a_long_name_".repeat(20);
    return [innerWidth, page.scrollWidth - page.clientWidth];
    """
    assert ask(page, script, tmp_path, width=400) == [400, 0]


def test_a_long_name_of_a_class_leaves_its_figures_in_sight(page: Path, tmp_path: Path) -> None:
    script = """
    const head = [...document.querySelectorAll("th")].find((one) => one.textContent === "class");
    const table = head.closest("table");
    table.closest("details").open = true;
    table.rows[1].cells[0].textContent = "x".repeat(300);
    return table.parentElement.scrollWidth - table.parentElement.clientWidth;
    """
    assert ask(page, script, tmp_path) == 0


@pytest.mark.parametrize(("options", "is_dark"), [((), False), ((DARK,), True)])
def test_words_and_charts_stand_out(
    page: Path, tmp_path: Path, options: tuple[str, ...], is_dark: bool
) -> None:
    found = ask(page, CONTRAST, tmp_path, *options)
    assert (found.pop("ground") < 0.2) == is_dark
    assert min(found.values()) >= 4.5, found  # WCAG 2, level AA
