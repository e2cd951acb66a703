"""The baseline: the same kind of network, from random weights, on labelled images alone."""

from semisup.classify.budget import BudgetRun
from semisup.classify.classifier import Classifier
from semisup.classify.layers import build_head
from semisup.compute.device import stream_seed
from semisup.network import encoders
from semisup.network.backbones import pooled_width
from semisup.network.borrowed import check_layer
from semisup.network.encoders import EncoderSpec


def fresh_classifier(run: BudgetRun, draw: int) -> Classifier:
    """A classifier with random weights, by the sections `backbone` and `supervised`.

    Args:
        run: settings, the data's sizes, the seed.
        draw: number of the draw, which with the seed decides the weights.
    """
    settings, data = run.params.supervised, run.data
    spec = EncoderSpec(run.params.backbone.name)
    encoder = encoders.make(spec, data, stream_seed(run.seed, draw, 0))
    check_layer(settings.layer, encoder.layers, "supervised.layer")
    width = pooled_width(encoder, settings.layer, settings.pool, data.image_size)
    weights_seed = stream_seed(run.seed, draw, 1)
    head = build_head(width, settings.hidden, len(data.classes), settings.dropout, weights_seed)
    return Classifier(encoder, settings.layer, settings.pool, head)
