"""Turn all results into metrics, tables, figures and a summary."""

from pathlib import Path

import environment  # noqa: F401

from semisup.params.loading import load
from semisup.report.build import build_report
from semisup.workflow import command


def main() -> None:
    """Write reports: metrics.json, summary.md, tables as CSV, figures, plots; data/advised."""
    params = load()
    print(build_report(params, Path("reports")))


if __name__ == "__main__":
    command.run(main)
