"""Run all checks, write results.json and results.md. See run.sh."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from classify import classify
from made_up import REPOSITORY

SECONDS = 9 * 60  # for everything; a minute stays for what comes before and after
CHECKS = {  # name -> seconds at most
    "learns": 150,
    "repeats": 90,
    "dies": 60,
    "resumes": 90,
    "speed": 90,
}
LOOSE = {"TORCH_COMPILE_DISABLE": "1"}  # compiling each task would take longer than training it


def main() -> None:
    """Status 1 where something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--tiny", action="store_true", help="a rehearsal of a minute")
    parser.add_argument("--cifar10", type=Path, help="archive with images/train and images/test")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "reports/gpu")
    options = parser.parse_args()
    until = time.monotonic() + SECONDS
    if options.device == "cuda":
        _require_cuda()
    with tempfile.TemporaryDirectory() as scratch:
        found = {name: check(name, options, scratch, until) for name in CHECKS}
        found["classify"] = _classify(options, Path(scratch, "project"), until)
    found["dies"]["ok"] = found["dies"].get("status") == -9  # it is to be killed
    options.out.mkdir(parents=True, exist_ok=True)
    about = {"python": platform.python_version(), "tiny": options.tiny, "checks": found}
    (options.out / "results.json").write_text(json.dumps(about, indent=2) + "\n")
    page = table(found, options.tiny)
    (options.out / "results.md").write_text(page)
    print(page, end="")
    sys.exit(0 if all(one["ok"] for one in found.values()) else 1)


def _require_cuda() -> None:
    import torch

    if not torch.cuda.is_available():
        sys.exit("error: no CUDA device is here; --device cpu --tiny rehearses without one")


def check(name: str, options: argparse.Namespace, scratch: str, until: float) -> dict[str, Any]:
    """One of checks.py, by a process of its own; what it prints, and seconds."""
    given = {"device": options.device, "tiny": options.tiny, "folder": scratch}
    program = str(Path(__file__).with_name("checks.py"))
    command = [sys.executable, program, name, json.dumps(given)]
    env = os.environ | (LOOSE if name == "learns" else {})
    began = time.monotonic()
    try:
        done = subprocess.run(
            command,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=max(1.0, min(CHECKS[name], until - began)),
        )
    except subprocess.TimeoutExpired:
        return {"ok": False, "ended": "no time was left"}
    found = {"ok": False, "status": done.returncode, "ended": done.stderr.strip()[-500:]}
    if done.returncode == 0:
        found = json.loads(done.stdout.splitlines()[-1])
    return found | {"seconds": round(time.monotonic() - began, 1)}


def _classify(options: argparse.Namespace, folder: Path, until: float) -> dict[str, Any]:
    if options.cifar10 is None or not options.cifar10.exists():
        return {"ok": True, "ended": "skipped: --cifar10 names no archive that is there"}
    return classify(options.cifar10, options.device, options.tiny, folder, until)


def table(found: dict[str, dict[str, Any]], tiny: bool) -> str:
    """The results as Markdown."""
    rows = [(name, one["ok"], _told(name, one)) for name, one in found.items()]
    device = next((one["device"] for one in found.values() if "device" in one), "unknown")
    lines = [f"| {name} | {'yes' if ok else '**no**'} | {told} |" for name, ok, told in rows]
    rehearsal = " A rehearsal: its figures mean nothing." if tiny else ""
    head = f"# On {device}\n\nWritten by `tests/gpu/run.sh`.{rehearsal}\n\n"
    return head + "\n".join(["| check | as it must be | told |", "|---|---|---|", *lines]) + "\n"


def _told(name: str, one: dict[str, Any]) -> str:
    if name == "learns" and "tasks" in one:
        tasks = one["tasks"].items()
        told = ", ".join(f"{t} {v['first_loss']:g} to {v['last_loss']:g}" for t, v in tasks)
        return f"loss of {told} (gan: right in {100 * one['tasks']['gan']['last_merit']:.0f} %)"
    if name == "classify" and "stages" in one:
        stages = (
            f"{stage} {told['seconds']:g} s"
            + (f" ({100 * told['test_top1']:.1f} %)" if "test_top1" in told else "")
            for stage, told in one["stages"].items()
        )
        return ", ".join([*stages, *([one["ended"]] if "ended" in one else [])])
    hidden = {"ok", "torch", "device", "sha256"}
    return ", ".join(f"{k} {v}" for k, v in one.items() if k not in hidden and v != "")


if __name__ == "__main__":
    main()
