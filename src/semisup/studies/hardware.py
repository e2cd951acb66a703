"""The machine that a study ran on."""

import platform
import sys
from importlib.metadata import version
from pathlib import Path

from semisup.params.sections import Compute


def of(compute: Compute) -> dict[str, object]:
    """Processor, cores used, device, precision, system, versions.

    Raises:
        UserError: where the device that params.yaml names is not there.
    """
    import torch

    from semisup.compute import device

    runtime = device.start(compute)
    name = str(runtime.device)
    if runtime.device.type == "cuda":
        name = torch.cuda.get_device_name(runtime.device)
    return {
        "processor": _processor(),
        "cores": compute.cpu_threads(),
        "device": name,
        "precision": str(runtime.dtype).removeprefix("torch."),
        "system": platform.platform(terse=True),
        "python": ".".join(map(str, sys.version_info[:3])),
        **{package: version(package) for package in ("torch", "torchvision", "dvc")},
    }


def _processor() -> str:
    """Its name where the system tells it, else its kind."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
