"""Say which packages are missing, before any check begins."""

import sys
from importlib.util import find_spec

NEEDED = {  # by the names that they are imported by, what pip calls them
    **{name: name for name in ("torch", "torchvision", "numpy", "pandas", "scipy", "pyarrow")},
    **{name: name for name in ("pydantic", "safetensors", "tifffile", "xxhash", "typer")},
    "PIL": "pillow",
    "ruamel": "ruamel.yaml",
    "yaml": "pyyaml",
}

missing = [called for name, called in NEEDED.items() if find_spec(name) is None]
if missing:
    sys.exit(
        f"error: {', '.join(missing)}: not installed; `pip install {' '.join(missing)}`, or put "
        "them elsewhere by `pip install --target FOLDER` and name it in PYTHONPATH"
    )
