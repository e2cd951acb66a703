"""How a pretext task does on held-out images while it is trained, and what it shows at the end."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise, starmap

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
        self, network: PretextTask, held: DeviceImages, data: ImageData, runtime: Runtime, seed: int
    ) -> None:
        self._network, self._held, self._data = network, held, data
        self._runtime, self._seed = runtime, seed
        self.probes = network.select_by_probe and len(data.validation) > 0
        self.metric = PROBE_METRIC if self.probes else network.metric

    def score(self) -> Score:
        """Mean loss and figure of merit; of a probe on validation, where the task wants that.

        The probe's is that of the layer that does best: training knows nothing of `embed.layer`, so
        that another one takes no other encoder.
        """
        loss, merit, seen = 0.0, 0.0, 0
        with self._looking():
            for images in self._batches():
                batch_loss, batch_merit = self._network.loss(images)
                loss += float(batch_loss) * batch_merit.numel()
                merit += float(batch_merit.float().sum())
                seen += batch_merit.numel()
        if not self.probes:
            return Score(merit / seen, loss / seen)
        probe = probe_layers(self._network.encoder, self._data, PROBE_POOL, self._runtime)
        return Score(max(probe.values()), loss / seen)

    def figures(self) -> dict[str, float]:
        """Means of the task's further figures."""
        values: dict[str, list[Tensor]] = defaultdict(list)
        with self._looking():
            for images in self._batches():
                for name, value in self._network.figures(images).items():
                    values[name].append(value.float())
        return {name: float(torch.cat(parts).mean()) for name, parts in values.items()}

    def examples(self) -> Examples:
        """The task's picture of the first held-out images."""
        images = self._held.plain(slice(0, self._network.example_images))
        with self._looking():
            return self._network.examples(images)

    @contextmanager
    def _looking(self) -> Iterator[None]:
        with torch.no_grad(), self._runtime.autocast(), self._runtime.seeded(self._seed):
            yield

    def _batches(self) -> Iterator[Tensor]:
        """The held-out images as they are, as many at once as memory takes.

        Where images are compared with each other, the more there are the harder that is: then they
        are as many as in training, which takes more memory, since it keeps what gradients need.
        """
        held, side = self._held, self._data.image_size
        if self._network.contrastive:
            return map(held.plain, equal_slices(len(held), self._network.settings.batch_images))
        enlarged = max(1, round((self._network.encoder.side(side) / side) ** 2))
        return map(held.plain, held.batches(EVALUATION_VIEWS * enlarged))


def equal_slices(images: int, size: int) -> Iterator[slice]:
    """Slices of nearly equal length, as training's batches: none under `size` but a single one."""
    count = max(1, images // size)
    return starmap(slice, pairwise(images * number // count for number in range(count + 1)))
