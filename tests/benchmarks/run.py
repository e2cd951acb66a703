"""`make bench`: measure every ratio on this machine, and write the table beside this file."""

import platform
import sys
import tempfile
from pathlib import Path

import heads
import opening
import predicting
import pretraining
import scale
import torch
import workflow
from basics import REPOSITORY, settings
from measure import start

GROUPS = {
    "pretraining": pretraining,
    "heads": heads,
    "scale": scale,
    "predicting": predicting,
    "opening": opening,
    "workflow": workflow,
}
TABLE = Path(__file__).parent / "results.md"
TITLE = "What `make bench` measured last: compare ratios, not speeds.\n"
HEADER = "| what | measured | wanted | kept | |\n|---|---|---|---|---|"


def main() -> None:
    """Measure the groups that are named, or all, and put them into the table."""
    chosen = sys.argv[1:] or list(GROUPS)
    if unknown := set(chosen) - set(GROUPS):
        sys.exit(f"error: {', '.join(unknown)}: no such group; there are {', '.join(GROUPS)}")
    for name in chosen:
        with tempfile.TemporaryDirectory(dir=REPOSITORY.parent) as scratch:
            measure(name, Path(scratch))


def measure(name: str, scratch: Path) -> None:
    """Measure one group and replace its part of the table."""
    lines = []
    for line in GROUPS[name].lines(scratch):
        print(line, flush=True)
        lines.append(str(line))
    runtime = start(settings({}))
    about = (
        f"{platform.machine()}, {torch.get_num_threads()} cores, {runtime.device.type}, "
        f"{str(runtime.dtype).removeprefix('torch.')}, torch {torch.__version__}"
    )
    parts = _parts() | {name: "\n".join([about, "", HEADER, *lines])}
    written = [f"## {group}\n\n{parts[group]}\n" for group in GROUPS if group in parts]
    TABLE.write_text("\n".join([TITLE, *written]), "utf-8")


def _parts() -> dict[str, str]:
    """The table's parts as they are, by group."""
    text = TABLE.read_text("utf-8") if TABLE.exists() else ""
    parts = (part.split("\n", 1) for part in text.split("\n## ")[1:])
    return {name: body.strip() for name, body in parts}


if __name__ == "__main__":
    main()
