"""A classifier from pixels to probabilities, in plain torch."""

from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn

from semisup.classify.network import with_random_head
from semisup.compute.weights import load_weights, opened, save_weights
from semisup.data.device_images import to_unit
from semisup.model.about import FILE as ABOUT_FILE
from semisup.model.about import About, damaged
from semisup.network import encoders
from semisup.network.fused import fused
from semisup.workflow.errors import UserError

FILE = "model.safetensors"


class Whole(nn.Module):
    """Images (N, S, S, C) uint8, as decoded, to calibrated probabilities (N, classes) float32.

    S is `about.image_size`, C `about.channels`. In evaluation mode from the start.

    Args:
        about: how it is built; weights are random until they are loaded.
    """

    def __init__(self, about: About) -> None:
        super().__init__()
        self.about = about
        encoder = encoders.make(encoders.spec_of(about.encoder), about, 0)
        if about.layer not in encoder.layers:
            raise ValueError(f"layer: {about.layer}, allowed: {', '.join(encoder.layers)}")
        self.network = with_random_head(
            encoder,
            image_size=about.image_size,
            layer=about.layer,
            pool=about.pool,
            hidden=about.hidden,
            classes=len(about.classes),
        ).float()  # also where a caller has another default
        self.eval()

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What `write` wrote.

        Raises:
            UserError: where it is not there, damaged, or of another version of semisup.
        """
        about = About.read(folder)
        try:
            made = cls(about)
        except Exception as error:  # of a library that has no such model: any kind
            raise damaged(folder / ABOUT_FILE, error) from None
        path = folder / FILE
        if not path.is_file():
            raise UserError(f"{path}: not there; run `dvc repro`, or fetch the whole folder again")
        try:
            load_weights(made.network, path)
        except UserError:
            raise UserError(
                f"{path}: damaged, or of another classifier than {ABOUT_FILE} beside it; export "
                "it anew, or fetch the whole folder again"
            ) from None
        if not all(value.isfinite().all() for value in made.network.state_dict().values()):
            raise UserError(f"{path}: damaged, since some weights are no numbers; export it anew")
        return made

    def write(self, folder: Path) -> None:
        """classifier.json and model.safetensors."""
        self.about.write(folder)
        save_weights(self.network, folder / FILE)

    def fuse(self) -> None:
        """Answer faster from now on, the same but for rounding; `write` fits no more."""
        side, device = self.about.image_size, next(self.parameters()).device
        noise = torch.Generator().manual_seed(0)
        some = torch.rand(2, self.about.channels, side, side, generator=noise).to(device)
        self.network = fused(self.network, some)

    def forward(self, images: Tensor) -> Tensor:
        """Calibrated probabilities."""
        return (self.logits(images) / self.about.temperature).softmax(dim=1)

    def logits(self, images: Tensor) -> Tensor:
        """Before the temperature: (N, classes) float32."""
        logits: Tensor = self.network(self._unit(images))
        return logits

    def features(self, images: Tensor) -> Tensor:
        """What the head sees: (N, D) float32."""
        return self.network.features(self._unit(images)).float()

    def _unit(self, images: Tensor) -> Tensor:
        return to_unit(images.permute(0, 3, 1, 2))


def hidden_units(weights: Path) -> list[int]:
    """Of a head, by the shapes of its weights: a matrix for each layer, the last is the output."""
    with opened(weights) as file:
        names = [name for name in file.keys() if not name.startswith("encoder.")]  # noqa: SIM118
        shapes = {name: file.get_slice(name).get_shape() for name in names}
    layers = [name for name, shape in shapes.items() if len(shape) == 2]
    layers.sort(key=lambda name: int(name.removeprefix("head.").partition(".")[0]))
    return [shapes[name][0] for name in layers[:-1]]
