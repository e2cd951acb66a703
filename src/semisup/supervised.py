"""The baseline: the same kind of network, from random weights, on labelled images alone."""

from semisup.classify.classifier import Classifier, build_head
from semisup.compute.device import stream_seed
from semisup.data.dataset import ImageData
from semisup.network import encoders
from semisup.network.backbones import pooled_width
from semisup.network.encoders import EncoderSpec
from semisup.params.loading import Params


def fresh_classifier(params: Params, data: ImageData, seed: int, draw: int) -> Classifier:
    """A classifier with random weights, by the sections `backbone` and `supervised`.

    Args:
        params: `backbone`, `supervised`.
        data: for sizes.
        seed: with the draw, decides the weights.
        draw: number of the draw.
    """
    settings = params.supervised
    spec = EncoderSpec(params.backbone.name)
    encoder = encoders.make(spec, data, stream_seed(seed, draw, 0))
    width = pooled_width(encoder, settings.layer, settings.pool, data.image_size)
    head = build_head(
        width,
        settings.hidden,
        len(data.classes),
        settings.dropout,
        stream_seed(seed, draw, 1),
    )
    return Classifier(encoder, settings.layer, settings.pool, head)
