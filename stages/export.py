"""Turn the classifier that the report advises into files to take away."""

import environment  # noqa: F401

from semisup.compute import device
from semisup.data.dataset import open_data
from semisup.export.build import export
from semisup.params.loading import load
from semisup.workflow import command, outputs


def main() -> None:
    """Write data/model: model.safetensors, classifier.json, encoder, model.onnx, MODEL_CARD.md."""
    params = load()
    data = open_data()
    runtime = device.start(params.compute)  # computes in float32: its answers are what users get
    with outputs.replacing(outputs.MODEL) as folder:
        print(export(params, data, runtime, folder))


if __name__ == "__main__":
    command.run(main)
