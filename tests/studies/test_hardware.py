"""What is said of the machine."""

import json

from semisup.params.sections import Compute
from semisup.studies import hardware


def test_machine() -> None:
    compute = Compute(
        device="cpu",
        precision="float32",
        threads=1,
        processes=1,
        memory_gib=1.0,
        checkpoint_seconds=1.0,
    )
    found = json.loads(json.dumps(hardware.of(compute)))
    assert (found["cores"], found["device"], found["precision"]) == (1, "cpu", "float32")
    assert found["processor"]
    assert {"system", "python", "torch", "torchvision", "dvc"} <= found.keys()
