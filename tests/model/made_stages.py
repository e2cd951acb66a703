"""What stages leave behind of a classifier that was trained by a method."""

from pathlib import Path

from semisup.classify.network import Classifier, with_random_head
from semisup.compute.weights import save_weights
from semisup.data.dataset import ImageData
from semisup.network import encoders
from semisup.network.encoders import EncoderSpec, Taken, Usage
from semisup.workflow import outputs

SPECS = {
    "pixels": EncoderSpec("small"),
    "lightness": EncoderSpec("small", sees="lightness"),
    "of others": EncoderSpec(
        "torchvision/mobilenet_v3_small",
        "as_trained",
        Usage(32, [0.5, 0.4, 0.3], [0.2, 0.3, 0.4]),
        Taken("features.3", 2),
    ),
}
TABLE = """draw,validation_top1,budget,method,task,labels_used,validation_labels
0,0.5,2,{method},{task},6,12
1,0.75,2,{method},{task},6,12
2,0.75,2,{method},{task},6,12
"""


def trained(
    method: str, task: str, data: ImageData, spec: EncoderSpec, hidden: list[int]
) -> tuple[Path, Classifier]:
    """A stage's folder with its best draw's weights, number 1, and the network that they are of."""
    layer, pool = (spec.taken.layer, spec.taken.pool) if spec.taken else ("conv3", 2)
    encoder = encoders.make(spec, data, 7)
    network = with_random_head(
        encoder,
        image_size=data.image_size,
        layer=layer,
        pool=pool,
        hidden=hidden,
        classes=3,
        dropout=0.2,
        generator_seed=8,
    ).eval()
    stage = Path(f"data/{method}")
    stage.mkdir(parents=True)
    (stage / outputs.RESULTS).write_text(TABLE.format(method=method, task=task))
    head = outputs.folder_of("head", task, 2)
    for folder in (head, outputs.folder_of("pretrain", task)):
        folder.mkdir(parents=True)
    where = stage if task == outputs.NO_TASK else outputs.folder_of("pretrain", task)
    encoders.save(encoder, spec, where)
    outputs.write_json(
        outputs.folder_of("pretrain", task) / outputs.PRETEXT, {"origin": {"model": "x"}}
    )
    for folder in (stage, head):
        outputs.write_json(folder / outputs.FEATURES_INFO, {"layer": layer, "pool": pool})
    outputs.PREPARED.mkdir(parents=True)
    outputs.write_json(outputs.PREPARED / outputs.SUMMARY, {"ranges": {"uint16": [0.0, 4095.0]}})
    of_head = method in ("head", "spread")
    save_weights(network.head if of_head else network, stage / f"{method}_1.safetensors")
    return stage, network
