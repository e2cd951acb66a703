"""The baseline: the same kind of network, from random weights, on labelled images alone."""

from pathlib import Path

from semisup.classify.budget import BudgetRun
from semisup.classify.network import Classifier, with_random_head
from semisup.compute.device import stream_seed
from semisup.compute.weights import load_weights
from semisup.network import encoders
from semisup.network.borrowed import check_layer
from semisup.network.encoders import EncoderSpec
from semisup.workflow import outputs


def fresh_classifier(run: BudgetRun, draw: int) -> Classifier:
    """A classifier with random weights, by the sections `backbone` and `supervised`.

    Args:
        run: settings, the data's sizes, the seed.
        draw: number of the draw, which with the seed decides the weights.
    """
    settings, data = run.params.supervised, run.data
    encoder = encoders.make(_spec(run), data, stream_seed(run.seed, draw, 0))
    check_layer(settings.layer, encoder.layers, "supervised.layer")
    return with_random_head(
        encoder,
        image_size=data.image_size,
        layer=settings.layer,
        pool=settings.pool,
        hidden=settings.hidden,
        classes=len(data.classes),
        dropout=settings.dropout,
        generator_seed=stream_seed(run.seed, draw, 1),
    )


def trained_classifier(run: BudgetRun, draw: int) -> Classifier:
    """The baseline of one draw, as its stage left it.

    Raises:
        UserError: where that stage has not run.
    """
    classifier = fresh_classifier(run, draw)
    load_weights(classifier, run.weights("supervised", draw))
    return classifier


def write_spec(run: BudgetRun, folder: Path) -> None:
    """Write encoder.json and features.json: how the classifiers are built."""
    encoders.save_spec(_spec(run), folder)
    settings = run.params.supervised
    info = {"layer": settings.layer, "pool": settings.pool}
    outputs.write_json(folder / outputs.FEATURES_INFO, info)


def _spec(run: BudgetRun) -> EncoderSpec:
    return EncoderSpec(run.params.backbone.name)
