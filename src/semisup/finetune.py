"""Where fine-tuning starts: a pretrained encoder under the head trained on its features."""

from semisup.classify import results
from semisup.classify.budget import BudgetRun
from semisup.classify.network import Classifier, with_random_head
from semisup.compute.device import stream_seed
from semisup.compute.weights import load_weights
from semisup.network import encoders
from semisup.workflow import outputs


def starting_classifier(run: BudgetRun, draw: int) -> Classifier:
    """The task's encoder under the head of one draw: as trained, as spread, or with random weights.

    Args:
        run: the task, `head`, `finetune.start`, the data's sizes, the seed of a random head.
        draw: number of the draw.

    Raises:
        UserError: where an earlier stage has not run.
    """
    classifier = encoder_and_head(run, draw)
    start = run.params.finetune.start
    if start != "random_head":
        load_weights(classifier.head, run.weights(start, draw))
    return classifier


def judged_start(run: BudgetRun) -> dict[int, list[float]]:
    """What validation said of the classifier to start from, by draw; empty with a random head."""
    start = run.params.finetune.start
    return {} if start == "random_head" else results.judged_before(run.folder(start))


def encoder_and_head(run: BudgetRun, draw: int) -> Classifier:
    """The task's encoder under a head with random weights.

    Raises:
        UserError: where an earlier stage has not run.
    """
    info = outputs.read_json(run.folder("head") / outputs.FEATURES_INFO)
    pretrained = outputs.repeats(outputs.folder_of("pretrain", run.task))
    encoder = encoders.load(outputs.of_draw(pretrained, draw), run.data)
    return with_random_head(
        encoder,
        image_size=run.data.image_size,
        layer=info["layer"],
        pool=info["pool"],
        hidden=run.params.head.hidden,
        classes=len(run.data.classes),
        dropout=run.params.head.dropout,
        generator_seed=stream_seed(run.seed, draw, 0),
    )
