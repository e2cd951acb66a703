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
# waits for the charts, runs what is asked, and leaves the answer where --dump-dom shows it
ASK = """<script>
(async () => {
  while (!document.documentElement.dataset.drawn) await new Promise((go) => setTimeout(go, 20));
  const answer = await (async () => { %s })();
  const place = document.createElement("output");
  place.id = "answer-of-test";
  place.textContent = JSON.stringify(answer);
  document.body.append(place);
})();
</script>"""


def ask(page: Path, script: str, folder: Path, *options: str, width: int = 1200) -> Any:
    """What a script's `return` gives once the page is drawn; no error may have been logged."""
    asked = folder / "asked.html"
    whole = page.read_text(encoding="utf-8")
    asked.write_text(whole.replace("</body>", ASK % script + "</body>"), encoding="utf-8")
    done = subprocess.run(
        [
            str(BROWSER),
            *("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'user'}"),
            *("--host-resolver-rules=MAP * 0.0.0.0", "--enable-logging=stderr"),
            *(f"--window-size={width},900", "--virtual-time-budget=20000", *options),
            *("--dump-dom", asked.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in done.stderr, done.stderr
    found = re.search(r'<output id="answer-of-test">(.*?)</output>', done.stdout)
    assert found, "the page was not drawn"
    return json.loads(unescape(found[1]))
