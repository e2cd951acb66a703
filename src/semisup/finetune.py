"""Where fine-tuning starts: a pretrained encoder under the head trained on its features."""

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
    heads = outputs.head_folder(run.task, run.budget)
    info = outputs.read_json(heads / outputs.FEATURES_INFO)
    encoder = encoders.load(outputs.pretrain_folder(run.task), run.data)
    classifier = with_random_head(
        encoder,
        run.data.image_size,
        info["layer"],
        info["pool"],
        run.params.head.hidden,
        len(run.data.classes),
        run.params.head.dropout,
        stream_seed(run.seed, draw, 0),
    )
    start = run.params.finetune.start
    if start != "random_head":
        folder = {"head": heads, "spread": outputs.spread_folder(run.task, run.budget)}[start]
        load_weights(classifier.head, folder / f"{start}_{draw}.safetensors")
    return classifier
