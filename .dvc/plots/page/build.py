"""Build page.html, which `dvc plots` fills in: it holds its library, so that it works offline.

Usage: `make plots-page`, with npm and the network; after a change of version mend LICENSE too. DVC
puts its plots in place of {plot_divs}. Its {scripts} is left out: it would load the library, of
versions that DVC fixes, from a server.
"""

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

# that speak the version of Vega-Lite which the templates beside this folder name
PACKAGES = {"vega": "5.33.1", "vega-lite": "5.23.0", "vega-embed": "6.29.0"}
HERE = Path(__file__).parent
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{refresh_tag}
<title>Plots</title>
<style>body { font-family: sans-serif; } .vega-embed { margin: 1em; }</style>
<!-- Made by build.py beside it; the licence of what follows stands in LICENSE there. -->
@LIBRARY@
</head>
<body>
{plot_divs}
</body>
</html>
"""


def script(name: str, version: str) -> str:
    """The minified library of one package as an element of the page."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True)
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(fileobj=io.BytesIO(packed.read_bytes())) as package:
            file = package.extractfile(f"package/build/{name}.min.js")
            assert file is not None
            code = file.read().decode("utf-8").strip()
    code = code.rpartition("\n//# sourceMappingURL=")[0] or code  # of a file that is not there
    assert "</script" not in code, f"{name} can't stand in a page"
    return f"<script>/* {name} {version} */\n{code}\n</script>"


def main() -> None:
    """Write page.html beside this file."""
    library = "\n".join(script(name, version) for name, version in PACKAGES.items())
    (HERE / "page.html").write_text(PAGE.replace("@LIBRARY@", library), encoding="utf-8")


if __name__ == "__main__":
    main()
