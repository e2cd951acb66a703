"""Where fine-tuning starts: a pretrained encoder under the head trained on its features."""

from pathlib import Path

from semisup.classify.classifier import Classifier, build_head
from semisup.compute.device import stream_seed
from semisup.compute.weights import load_weights
from semisup.data.dataset import ImageData
from semisup.network import encoders
from semisup.network.backbones import pooled_width
from semisup.params.loading import Params
from semisup.workflow import outputs


def starting_classifier(
    params: Params, data: ImageData, pretrained: Path, heads: Path, seed: int, draw: int
) -> Classifier:
    """The encoder of `pretrained` and the head of one draw, or a head with random weights.

    Args:
        params: `head`, `finetune.start`.
        data: for sizes.
        pretrained: folder that `pretrain` wrote.
        heads: folder that `head` wrote.
        seed: of a random head.
        draw: number of the draw.

    Raises:
        UserError: where an earlier stage has not run.
    """
    info = outputs.read_json(heads / outputs.FEATURES_INFO)
    encoder = encoders.load(pretrained, data)
    width = pooled_width(encoder, info["layer"], info["pool"], data.image_size)
    head = build_head(
        width,
        params.head.hidden,
        len(data.classes),
        params.head.dropout,
        stream_seed(seed, draw, 0),
    )
    if params.finetune.start == "head":
        load_weights(head, heads / f"head_{draw}.safetensors")
    return Classifier(encoder, info["layer"], info["pool"], head)
