"""The baseline: the same kind of network, from random weights, on labelled images alone."""

from semisup import backbones
from semisup.backbones import pooled_width
from semisup.classifier import Classifier, build_head
from semisup.data.labelled import ImageData
from semisup.device import stream_seed
from semisup.params import Params


def fresh_classifier(params: Params, data: ImageData, seed: int, draw: int) -> Classifier:
    """A classifier with random weights, by the sections `backbone` and `supervised`.

    Args:
        params: `backbone`, `supervised`.
        data: for sizes.
        seed: with the draw, decides the weights.
        draw: number of the draw.
    """
    settings = params.supervised
    encoder = backbones.build(
        params.backbone.name, data.channels, data.image_size, stream_seed(seed, draw, 0)
    )
    width = pooled_width(encoder, settings.layer, settings.pool, data.image_size)
    head = build_head(
        width,
        settings.hidden,
        len(data.classes),
        settings.dropout,
        stream_seed(seed, draw, 1),
    )
    return Classifier(encoder, settings.layer, settings.pool, head)
