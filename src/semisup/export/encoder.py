"""The encoder's weights by the names of the library that the network is from."""

import re
from pathlib import Path

from semisup.compute.weights import Arrays, save_arrays, to_arrays
from semisup.model.parts import OF_A_LIBRARY
from semisup.model.whole import Whole
from semisup.params.sections import RESNETS

FILE = "encoder.safetensors"
LIBRARY_PREFIX = re.compile(rf"^(?:blocks\.)?{re.escape(OF_A_LIBRARY)}")
# torchvision's ResNets, whose stem is fitted to small images
OF_RESNETS = (
    (re.compile(r"^blocks\.conv1\.(?:0\.)?0\.(?=weight)"), "conv1."),
    (re.compile(r"^blocks\.conv1\.(?:0\.)?1\."), "bn1."),
    *((re.compile(rf"^blocks\.conv{n + 1}\."), f"layer{n}.") for n in range(1, 5)),
)


def write(whole: Whole, folder: Path) -> None:
    """Write encoder.safetensors: a state dict of timm's or torchvision's model where it is one.

    The classifier of that model, which the encoder has not, is left out, as is what is done to
    images before.
    """
    arrays = to_arrays(whole.network.encoder)
    save_arrays(renamed(arrays, whole.about.encoder["backbone"]), folder / FILE)


def renamed(arrays: Arrays, backbone: str) -> Arrays:
    """The arrays by the names of the library, or as they are for this project's own networks."""
    if "/" in backbone:
        return {
            LIBRARY_PREFIX.sub("", name): array
            for name, array in arrays.items()
            if LIBRARY_PREFIX.match(name)
        }
    if backbone not in RESNETS:
        return arrays
    return {
        pattern.sub(theirs, name): array
        for name, array in arrays.items()
        for pattern, theirs in OF_RESNETS
        if pattern.match(name)
    }
