"""Build page.html, which `dvc plots` fills in: it holds its library, so that it works offline.

The same library stands in the package, for reports/report.html. Usage: `make plots-page`, with npm
and the network; after a change of version mend LICENSE too. DVC puts its plots in place of
{plot_divs}. Its {scripts} is left out: it would load the library, of versions that DVC fixes, from
a server.
"""

import io
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

# that speak the version of Vega-Lite which the templates beside this folder name
PACKAGES = {"vega": "5.33.1", "vega-lite": "5.23.0", "vega-embed": "6.29.0"}
HERE = Path(__file__).parent
OF_REPORT = HERE.parents[2] / "src/semisup/report/page"
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
    """The minified library of one package, which can stand in a page."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True)
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(fileobj=io.BytesIO(packed.read_bytes())) as package:
            file = package.extractfile(f"package/build/{name}.min.js")
            assert file is not None
            code = file.read().decode("utf-8").strip()
    code = code.rpartition("\n//# sourceMappingURL=")[0] or code  # of a file that is not there
    assert "</script" not in code, f"{name} can't stand in a page"
    return f"/* {name} {version} */\n{code}\n"


def main() -> None:
    """Write page.html beside this file, and the report's vega.js with its licence."""
    scripts = [script(name, version) for name, version in PACKAGES.items()]
    library = "\n".join(f"<script>{code}</script>" for code in scripts)
    (HERE / "page.html").write_text(PAGE.replace("@LIBRARY@", library), encoding="utf-8")
    (OF_REPORT / "vega.js").write_text("".join(scripts), encoding="utf-8")
    shutil.copyfile(HERE / "LICENSE", OF_REPORT / "vega.LICENSE")


if __name__ == "__main__":
    main()
