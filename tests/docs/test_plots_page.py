"""The page that `dvc plots` writes needs no network."""

import html.parser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from pages import CHECKOUT
from projects import Project

from semisup.training.live import Live
from semisup.training.progress import Row

PAGE = ".dvc/plots/page"
TEMPLATES = [*(CHECKOUT / ".dvc/plots").glob("*.json")]
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


class Sources(html.parser.HTMLParser):
    """What a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href")]


def plotted(project: Project, *command: str) -> Path:
    project.dvc("plots", *(command or ("show",)))
    return project.root / "dvc_plots/index.html"


def test_it_loads_nothing(project: Project) -> None:
    page = plotted(project).read_text(encoding="utf-8")
    sources = Sources()
    sources.feed(page)
    assert sources.found == []
    assert page.count("vegaEmbed('#") == len(plots())


def test_it_draws_the_curves_of_a_stage_that_runs(project: Project) -> None:
    training = Live("draw 1", 0, 20, 0, True, project.root / "data/live/head-a-1/draw-1")
    training.curve([Row(at, at, 0.1, 0.5 / at, 0.25, 0.75, 0.125) for at in (10, 20)])
    page = plotted(project, "show", "data/live").read_text(encoding="utf-8")
    assert page.count("vegaEmbed('#") == 4, "its loss and merit, held out too"
    assert re.search(r'"loss":\s*"0\.025"', page)
    assert project.git("status", "--porcelain") == ""


def plots() -> list[str]:
    """Names of the plots in dvc.yaml."""
    listed = yaml.safe_load((CHECKOUT / "dvc.yaml").read_text("utf-8"))["plots"]
    return [name for plot in listed for name in plot]


def test_library_is_of_the_versions_that_are_noted() -> None:
    build = (CHECKOUT / PAGE / "build.py").read_text("utf-8")
    packages = dict(re.findall(r'"([a-z-]+)": "([\d.]+)"', build))
    assert packages.keys() == {"vega", "vega-lite", "vega-embed"}
    page = CHECKOUT / PAGE / "page.html"
    library, licence = page.read_text("utf-8"), (CHECKOUT / PAGE / "LICENSE").read_text("utf-8")
    for name, version in packages.items():
        assert f"/* {name} {version} */" in library
        assert f"{name} {version}" in licence
    assert page.stat().st_size < 1.5e6
    for template in TEMPLATES:
        major = packages["vega-lite"].partition(".")[0]
        assert f"vega-lite/v{major}.json" in template.read_text("utf-8")


def test_the_report_has_the_same_library() -> None:
    library = (CHECKOUT / "src/semisup/report/page/vega.js").read_text("utf-8")
    scripts = re.findall(r"/\* vega.*?(?=</script>)", page_text(), re.DOTALL)
    assert "".join(f"{code.rstrip()}\n" for code in scripts) == library
    licence = CHECKOUT / "src/semisup/report/page/vega.LICENSE"
    assert licence.read_bytes() == (CHECKOUT / PAGE / "LICENSE").read_bytes()


def page_text() -> str:
    return (CHECKOUT / PAGE / "page.html").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.skipif(not BROWSER, reason="chromium is not installed (Debian package chromium)")
@pytest.mark.parametrize("command", [("show",), ("diff", "main")])
def test_a_browser_without_network_draws_every_plot(
    project: Project, tmp_path: Path, command: tuple[str, ...]
) -> None:
    page = plotted(project, *command)
    done = subprocess.run(
        [
            str(BROWSER),
            *(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                f"--user-data-dir={tmp_path / 'user'}",
            ),
            *("--host-resolver-rules=MAP * 0.0.0.0", "--enable-logging=stderr"),
            *("--virtual-time-budget=10000", "--dump-dom", page.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    drawn = done.stdout.rpartition("<body>")[2]
    for name in plots():
        part = drawn.partition(f'<div id="{name}"')[2].partition("<div id=")[0]
        assert re.search(r"<(canvas|svg)\b[^>]*\b(width|viewBox)=", part), name
    assert "CONSOLE" not in done.stderr, done.stderr
