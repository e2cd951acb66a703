"""The classifier as ONNX, checked against torch on real images."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from semisup.model.about import About
from semisup.model.whole import Whole
from semisup.network.batching import at_once
from semisup.workflow.errors import UserError

FILE = "model.onnx"
INPUT, OUTPUT = "images", "probabilities"
ALLOWED = 1e-4  # difference of a probability, float32
METADATA_KEYS = (
    "classes",
    "image_size",
    "channels",
    "fit",
    "temperature",
    "threshold",
    "precision",
)

Images = NDArray[np.uint8]


def write(whole: Whole, images: Images, folder: Path) -> float:
    """Write model.onnx; returns the largest difference from torch of any probability.

    Preprocessing is inside: images (N, S, S, C) uint8, N at will, to probabilities (N, classes).
    Class names and the like are JSON in its metadata, the licence is text.

    Args:
        whole: on the CPU.
        images: (n, S, S, C) real ones, to compare on.
        folder: to write to.

    Raises:
        UserError: where the model can't be exported, or differs.
    """
    path = folder / FILE
    try:
        program = _exported(whole, images)
        program.save(path, external_data=False)
        _clean(path, whole.about)
        found = difference(whole, path, images)
    except (OSError, MemoryError):
        raise  # no fault of the model
    except Exception as error:  # of torch, onnxscript and onnxruntime: any kind
        raise _refused(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}") from None
    if not found <= ALLOWED:
        raise _refused(f"its probabilities differ by up to {found:.2g} from those of torch")
    return found


def difference(whole: Whole, path: Path, images: Images) -> float:
    """The largest, over all images and classes; one image alone, then several at once."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    largest = 0.0
    encoder, rest = whole.network.encoder, images[1:]
    most = max(2, at_once(encoder, whole.about.image_size, torch.device("cpu")))
    for batch in [images[:1], *(rest[at : at + most] for at in range(0, len(rest), most))]:
        (theirs,) = session.run([OUTPUT], {INPUT: batch})
        with torch.no_grad():
            ours = whole(torch.from_numpy(batch)).numpy()
        # not `max`, which would drop what is no number
        largest = float(np.maximum(largest, np.abs(theirs - ours).max()))
    return largest


def _exported(whole: Whole, images: Images) -> Any:
    # two images: a batch of one would be taken for a fixed size
    example = torch.from_numpy(np.ascontiguousarray(np.resize(images, (2, *images.shape[1:]))))
    with warnings.catch_warnings(action="ignore"):
        return torch.onnx.export(
            whole,
            (example,),
            dynamo=True,
            verbose=False,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes=({0: torch.export.Dim("N")},),
        )


def _clean(path: Path, about: About) -> None:
    """Take out where the exporter found each node, which names paths of this machine."""
    import onnx

    model = onnx.load(path)
    for part in (model.graph, *model.graph.node, *model.graph.value_info, *model.functions):
        del part.metadata_props[:]
        part.doc_string = ""
    for part in (*model.graph.initializer, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
    del model.metadata_props[:]
    said = about.as_json()
    told = [*METADATA_KEYS, *(["ranges"] if about.ranges else [])]  # of files with more than 8 bits
    texts = {name: json.dumps(said[name]) for name in told} | {"licence": about.licence}
    onnx.helper.set_model_props(model, texts)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _refused(why: str) -> UserError:
    return UserError(
        f"export: model.onnx can't be had of this classifier ({why}); set export.onnx to false in "
        "params.yaml, or choose another backbone"
    )
