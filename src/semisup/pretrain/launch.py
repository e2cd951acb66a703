"""`compute.processes`: this program run as several processes that train one network together."""

import logging
import sys
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import torch

from semisup.compute.device import chosen_device
from semisup.params.sections import Compute
from semisup.workflow.errors import UserError
from semisup.workflow.processes import is_one_of_several


def launch(compute: Compute) -> None:
    """Run this program again as `compute.processes` processes and leave with their status.

    Does nothing in a process that was itself started so, by torchrun for example, or for one.

    Raises:
        UserError: where the machine has no device for each.
    """
    processes = compute.processes
    if processes == 1 or is_one_of_several():
        return
    kind = chosen_device(compute.device).type
    devices = {"cuda": torch.cuda.device_count(), "mps": 1}.get(kind, processes)
    if processes > devices:
        raise UserError(
            f"params.yaml: compute.processes: {processes} is more than this machine's {devices} "
            f"{kind} device(s); lower it, or set compute.device to cpu"
        )
    _run_as(processes)


def _run_as(processes: int) -> NoReturn:
    logging.disable(logging.ERROR)  # torchrun would tell each failure at length
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    with TemporaryDirectory() as logs:
        config = LaunchConfig(
            min_nodes=1,
            max_nodes=1,
            nproc_per_node=processes,
            rdzv_backend="c10d",
            rdzv_endpoint="localhost:0",
            max_restarts=0,
            monitor_interval=0.2,
            logs_specs=DefaultLogsSpecs(log_dir=logs, local_ranks_filter={0}),
        )
        try:
            elastic_launch(config, sys.executable)(*sys.argv)
        except SignalException:
            raise KeyboardInterrupt from None
        except ChildFailedError as error:
            _fail(error.get_first_failure()[1], processes)
    sys.exit(0)


def _fail(failure: Any, processes: int) -> NoReturn:
    """Leave as the process did that failed first."""
    if failure.exitcode < 0:
        raise UserError(
            f"one of {processes} training processes was killed (signal {-failure.exitcode}), "
            "most likely for want of memory; lower compute.processes or compute.memory_gib"
        ) from None
    if failure.local_rank:  # only what the first one says is shown
        raise UserError(
            f"process {failure.local_rank} of 0 to {processes - 1} that train together failed "
            "before the others did, most likely for want of memory; lower compute.processes"
        ) from None
    sys.exit(failure.exitcode)
