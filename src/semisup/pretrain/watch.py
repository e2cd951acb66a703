"""How a pretext task does on held-out images while it is trained, and what it shows at the end."""

from collections import defaultdict

import torch
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.data.device_images import DeviceImages
from semisup.features.probe import probe_layers
from semisup.pretext.shared.task import Examples, PretextTask
from semisup.training.selection import Score

EVALUATION_VIEWS = 4  # of a held-out image that its task may show at once
PROBE_POOL = 4  # features are averaged down to 4 x 4 for the probe
PROBE_METRIC = "probe accuracy"


class Watch:
    """Looks at a task's network on held-out images, always by the same random choices."""

    def __init__(
        self,
        network: PretextTask,
        held: DeviceImages,
        data: ImageData,
        runtime: Runtime,
        seed: int,
    ) -> None:
        self._network, self._held, self._data = network, held, data
        self._runtime, self._seed = runtime, seed
        self.probes = network.select_by_probe and len(data.validation) > 0
        self.metric = PROBE_METRIC if self.probes else network.metric

    def score(self) -> Score:
        """Mean loss and figure of merit; of a probe on validation, where the task wants that."""
        score = heldout_score(self._network, self._held, self._runtime, self._seed)
        if not self.probes:
            return score
        probe = probe_layers(self._network.encoder, self._data, PROBE_POOL, self._runtime)
        return Score(max(probe.values()), score.loss)

    def figures(self) -> dict[str, float]:
        """Means of the task's further figures."""
        values: dict[str, list[Tensor]] = defaultdict(list)
        with torch.no_grad(), self._runtime.autocast(), self._runtime.seeded(self._seed):
            for batch in self._held.batches(_views(self._network, self._held)):
                for name, value in self._network.figures(self._held.plain(batch)).items():
                    values[name].append(value.float())
        return {name: float(torch.cat(parts).mean()) for name, parts in values.items()}

    def examples(self) -> Examples:
        """The task's picture of the first held-out images."""
        images = self._held.plain(slice(0, self._network.example_images))
        with torch.no_grad(), self._runtime.autocast(), self._runtime.seeded(self._seed):
            return self._network.examples(images)


def heldout_score(network: PretextTask, held: DeviceImages, runtime: Runtime, seed: int) -> Score:
    """Mean loss and figure of merit of held-out images as they are."""
    loss, merit, seen = 0.0, 0.0, 0
    with torch.no_grad(), runtime.autocast(), runtime.seeded(seed):
        for batch in held.batches(_views(network, held)):
            batch_loss, batch_merit = network.loss(held.plain(batch))
            loss += float(batch_loss) * batch_merit.numel()
            merit += float(batch_merit.float().sum())
            seen += batch_merit.numel()
    return Score(merit / seen, loss / seen)


def _views(network: PretextTask, held: DeviceImages) -> int:
    """How many times what a held-out image takes in memory is to be reckoned with."""
    side = held.pixels(slice(0, 1)).shape[-1]
    return EVALUATION_VIEWS * max(1, round((network.encoder.side(side) / side) ** 2))
