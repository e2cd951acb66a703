"""A page in headless Chromium: what its scripts say, and what it complains about."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
needs_browser = pytest.mark.skipif(
    not BROWSER, reason="chromium is not installed: apt-get install chromium"
)
DARK = "--blink-settings=preferredColorScheme=0"
# waits for the charts, runs what is asked, and hands the answer to the frame around
ASK = """<script>
(async () => {
  while (!document.documentElement.dataset.drawn) await new Promise((go) => setTimeout(go, 20));
  const answer = await (async () => { %s })();
  parent.postMessage(JSON.stringify(answer), "*");
})();
</script>"""
# the page in a frame, for windows can't be as narrow as phones
FRAME = """<!DOCTYPE html><meta name="color-scheme" content="light dark"><output></output>
<script>
onmessage = (sent) => { document.querySelector("output").textContent = sent.data; };
</script>
<iframe src="asked.html" style="border: 0; width: %dpx; height: 900px"></iframe>
"""


def ask(page: Path, script: str, folder: Path, *options: str, width: int = 1200) -> Any:
    """What a script's `return` gives once the page is drawn; no error may have been logged."""
    asked, around = folder / "asked.html", folder / "around.html"
    around.write_text(FRAME % width, encoding="utf-8")
    before, end, after = page.read_text(encoding="utf-8").rpartition("</body>")
    asked.write_text(before + ASK % script + end + after, encoding="utf-8")
    done = subprocess.run(
        [
            str(BROWSER),
            *("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'user'}"),
            *("--host-resolver-rules=MAP * 0.0.0.0", "--enable-logging=stderr"),
            *(f"--window-size={width + 100},1000", "--virtual-time-budget=20000", *options),
            *("--dump-dom", around.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not complaints, complaints
    found = re.search("<output>(.+?)</output>", done.stdout)
    assert found, "the page was not drawn"
    return json.loads(unescape(found[1]))
