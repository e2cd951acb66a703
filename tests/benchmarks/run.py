"""`make bench`: measure every ratio on this machine, and write the table beside this file."""

import platform
import sys
import tempfile
from pathlib import Path

import heads
import pretraining
import scale
import torch
import workflow
from measure import REPOSITORY, settings, start

GROUPS = {"pretraining": pretraining, "heads": heads, "scale": scale, "workflow": workflow}
TABLE = Path(__file__).parent / "results.md"
HEADER = "| what | measured | wanted | kept | |\n|---|---|---|---|---|"


def main() -> None:
    """Measure the groups that are named, or all; only all of them replace the table."""
    chosen = sys.argv[1:] or list(GROUPS)
    if unknown := set(chosen) - set(GROUPS):
        sys.exit(f"error: {', '.join(unknown)}: no such group; there are {', '.join(GROUPS)}")
    lines = []
    for name in chosen:
        with tempfile.TemporaryDirectory(dir=REPOSITORY.parent) as scratch:
            for line in GROUPS[name].lines(Path(scratch)):
                print(line, flush=True)
                lines.append(str(line))
    if len(chosen) == len(GROUPS):
        runtime = start(settings({}))
        about = (
            f"Measured by `make bench` on {platform.machine()}, {torch.get_num_threads()} cores, "
            f"{runtime.device.type}, torch {torch.__version__}; compare ratios, not speeds.\n"
        )
        TABLE.write_text("\n".join([about, HEADER, *lines, ""]), "utf-8")


if __name__ == "__main__":
    main()
