"""Which images are real? (DCGAN: Radford et al., ICLR 2016, arXiv 1511.06434)

The encoder is the trunk of the discriminator of a GAN, which tells images of the pool from those of
a generator that is trained to mislead it. The non-saturating loss is kept stable by the R1 penalty
on real images (Mescheder et al., ICML 2018, arXiv 1801.04406). Discriminators forget what they
learned (Chen et al., CVPR 2019, arXiv 1810.11598), so a probe chooses which weights to keep.
"""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from semisup.network.backbones import Encoder
from semisup.network.pooling import pooled, pooled_width
from semisup.params.base import NotNegative
from semisup.pretext.shared.task import Examples, PretextTask, TrainedSettings
from semisup.training.optimiser import Adam

LATENT = 100  # numbers that an image is generated from
R1_EVERY = 8  # updates, and as much heavier then (Karras et al. 2020, arXiv 1912.04958, section 4)
SPREAD_IMAGES = 64  # whose spread is measured
IDENTICAL = 0.002  # standard deviation of their pixels, half of one of 256 levels
WIDTHS = range(128, 0, -8)  # channels of its largest maps, DCGAN's first; the first that it can pay
GRID = (4, 8)  # rows and columns of generated images to show


class Settings(TrainedSettings):
    """`pretrain.gan`."""

    r1: NotNegative


class Task(PretextTask):
    """A discriminator on the encoder's last maps, and the generator that it is trained against."""

    encoder_passes = 3  # real, generated, and generated once more to train the generator
    optimiser = Adam
    select_by_probe = True
    double_backward = True  # for the penalty

    def __init__(self, encoder: Encoder, settings: Settings, image_size: int) -> None:
        super().__init__(encoder, settings, image_size)
        self.classifier = nn.Linear(pooled_width(encoder, encoder.layers[-1], 1, image_size), 1)
        channels = encoder.channels
        self.generator = Generator(channels, image_size, multiplications(encoder, image_size))
        self._updates = 0

    def get_extra_state(self) -> Tensor:
        """The updates made: a training that goes on must not lose count of the penalty's turns."""
        return torch.tensor(self._updates)

    def set_extra_state(self, state: Tensor) -> None:
        """Put the count of updates back."""
        self._updates = int(state)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N,) that images are real."""
        logits: Tensor = self.classifier(pooled(self.encoder(images), 1))
        return logits.float()[:, 0]

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Both players' losses in one, and whether each real and generated image was recognised.

        The sum gives each player the gradient of its own loss alone: the discriminator gets the
        generated images detached, and the generator is judged by detached weights.
        """
        fakes = self.generate(images)
        real_logits, fake_logits, penalty = self._tell_apart(images, fakes.detach())
        misled = F.softplus(-self._frozen_logits(fakes)).mean()
        told = F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()
        return told + penalty + misled, torch.cat([real_logits > 0, fake_logits <= 0])

    def generate(self, like: Tensor, count: int | None = None) -> Tensor:
        """Generated images, as many as there are in `like` or `count`."""
        latent = torch.randn(count or len(like), LATENT, device=like.device)
        images: Tensor = self.generator(latent)
        return images

    def _tell_apart(self, real: Tensor, fakes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of real and generated images, and the R1 penalty where its turn has come.

        Both go in one batch: in batches of their own, batch norm would give either the same mean,
        and hide from the last layer how they differ.
        """
        if self.training and torch.is_grad_enabled() and self.settings.r1:
            self._updates += 1
            if self._updates % R1_EVERY == 0:
                return self._penalised(real, fakes)
        real_logits, fake_logits = self(torch.cat([real, fakes])).chunk(2)
        return real_logits, fake_logits, real.new_zeros(())

    def _penalised(self, real: Tensor, fakes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        real = real.detach().requires_grad_()
        # gradients of gradients need more than bfloat16's 8 bits, and plain attention
        with torch.autocast(real.device.type, enabled=False), sdpa_kernel(SDPBackend.MATH):
            real_logits, fake_logits = self(torch.cat([real, fakes])).chunk(2)
            (slope,) = torch.autograd.grad(real_logits.sum(), real, create_graph=True)
            penalty = slope.square().sum(dim=(1, 2, 3)).mean()
        return real_logits, fake_logits, R1_EVERY * self.settings.r1 / 2 * penalty

    def _frozen_logits(self, images: Tensor) -> Tensor:
        """`forward` that lets gradients pass to the images only.

        Batch norm uses its stored statistics, those of real and generated images, and keeps them.
        """
        frozen = {name: weight.detach() for name, weight in self.named_parameters()}
        self.encoder.eval()
        logits: Tensor = functional_call(self, frozen, (images,))
        self.encoder.train(self.training)
        return logits

    def figures(self, images: Tensor) -> dict[str, Tensor]:
        """Accuracy on either kind, and how far generated images differ from one another."""
        fakes = self.generate(images)
        spread = self.generate(images, SPREAD_IMAGES).std(dim=0).mean()
        return {
            "accuracy on real images": self(images) > 0,
            "accuracy on generated images": self(fakes) <= 0,
            "spread of generated images": spread.expand(len(images)),
        }

    def collapse(self, figures: dict[str, float]) -> str | None:
        """A perfect discriminator, and a generator that makes one image only."""
        real, fake, spread = figures.values()
        if min(real, fake) < 0.999 or spread > IDENTICAL:
            return None
        return (
            "the generator makes one and the same image, which the discriminator always tells "
            "from real ones; raise pretrain.gan.r1 or lower pretrain.gan.lr"
        )

    def examples(self, images: Tensor) -> Examples:
        """Images that the generator makes, as a grid."""
        rows, columns = GRID
        made = self.generate(images, rows * columns)
        return Examples(made.view(rows, columns, *images.shape[1:]))


class Generator(nn.Module):
    """DCGAN's: convolutions from a small map up, each of half as many channels.

    Maps are enlarged before each, since transposed convolutions would leave a checkerboard by which
    every image could be told (Odena et al. 2016, distill.pub/2016/deconv-checkerboard).

    Args:
        channels: of the images.
        image_size: their side; more is made where it is no multiple of a power of two, and cut.
        budget: multiplications per image that it may take, about.
    """

    def __init__(self, channels: int, image_size: int, budget: int) -> None:
        super().__init__()
        self.image_size = image_size
        doublings = max(1, math.floor(math.log2(image_size / 4)))
        self.side = math.ceil(image_size / (1 << doublings))
        width = next(w for w in WIDTHS if self._cost(w, doublings, channels) <= budget or w == 8)
        widths = [width * 2**level for level in reversed(range(doublings))]
        self.first = nn.Linear(LATENT, widths[0] * self.side**2, bias=False)
        layers: list[nn.Module] = [nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True)]
        for before, after in pairwise(widths):
            layers += [nn.Upsample(scale_factor=2), nn.Conv2d(before, after, 3, 1, 1, bias=False)]
            layers += [nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
        layers += [nn.Upsample(scale_factor=2), nn.Conv2d(width, channels, 3, 1, 1)]
        self.layers = nn.Sequential(*layers)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Conv2d):
                nn.init.normal_(module.weight, 0, 0.02)  # DCGAN's
            elif isinstance(module, nn.BatchNorm2d):
                # so small weights leave its first statistics, variance 1, far off: forget them soon
                module.momentum = 0.5

    def forward(self, latent: Tensor) -> Tensor:
        """(N, LATENT) to images (N, C, S, S) in 0 to 1."""
        maps = self.first(latent).view(len(latent), -1, self.side, self.side)
        images = self.layers(maps.contiguous(memory_format=torch.channels_last))
        cut = (images.shape[2] - self.image_size) // 2
        part = slice(cut, cut + self.image_size)
        return torch.sigmoid(images[:, :, part, part].float())

    def _cost(self, width: int, doublings: int, channels: int) -> int:
        """Multiplications for one image."""
        last = self.side << doublings
        first = LATENT * (width << doublings - 1) * self.side * self.side
        # those between have maps that double as their channels halve: all cost the same
        between = (doublings - 1) * 9 * 2 * width**2 * (last // 2) ** 2
        return first + between + 9 * width * channels * last**2


def multiplications(encoder: Encoder, image_size: int) -> int:
    """How many multiplications the convolutions of an encoder make for one image."""
    count = 0

    def add(layer: nn.Conv2d, _: object, maps: Tensor) -> None:
        nonlocal count
        count += layer.weight.numel() * maps.shape[2:].numel()

    hooks = [m.register_forward_hook(add) for m in encoder.modules() if isinstance(m, nn.Conv2d)]
    pooled_width(encoder, encoder.layers[-1], 1, image_size)
    for hook in hooks:
        hook.remove()
    return count
