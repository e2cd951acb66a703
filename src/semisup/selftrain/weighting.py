"""How much a pseudo-label counts, by how confident the network is of it.

Weights by confidence: Chen et al., ICLR 2023 (SoftMatch, arXiv 2301.10921). Distribution alignment:
Berthelot et al., ICLR 2020 (ReMixMatch, arXiv 1911.09785).
"""

import torch
from torch import Tensor, nn

MOMENTUM = 0.99  # of running means
WIDTH = 2.0  # the weight falls like a Gaussian of the confidences' deviation divided by this


class ConfidenceWeighting(nn.Module):
    """Running means over the batches so far: of the probabilities, and of their largest."""

    count: Tensor
    shares: Tensor
    mean: Tensor
    variance: Tensor

    def __init__(self, classes: int, target_shares: Tensor | None = None) -> None:
        """Begin without having seen a prediction.

        Args:
            classes: how many.
            target_shares: (classes,) shares that predictions are brought to; None: as they come.
        """
        super().__init__()
        self.target_shares = target_shares
        for name, value in {
            "count": torch.zeros(()),
            "shares": torch.full((classes,), 1 / classes),
            "mean": torch.zeros(()),
            "variance": torch.zeros(()),
        }.items():
            self.register_buffer(name, value)

    def weigh(self, probabilities: Tensor) -> tuple[Tensor, Tensor]:
        """Take note of a batch (n, classes); its likeliest classes (n,) and their weights (n,).

        The weight is 1 from the mean confidence on, and falls below like a Gaussian.
        """
        self.count += 1
        # the mean of all at first, so that the start leaves no trace
        rate = torch.clamp(1 / self.count, min=1 - MOMENTUM)
        self.shares.lerp_(probabilities.mean(dim=0), rate)
        aligned = self.aligned(probabilities)
        confidence, classes = aligned.max(dim=1)
        self.mean.lerp_(confidence.mean(), rate)
        self.variance.lerp_(confidence.var(correction=0), rate)
        below = (confidence - self.mean).clamp_max(0)
        tiny = torch.finfo(torch.float32).tiny
        spread = (self.variance / WIDTH**2).clamp_min(tiny)
        return classes, torch.exp(-(below**2) / (2 * spread))

    def aligned(self, probabilities: Tensor) -> Tensor:
        """Those (n, classes) of images as they would be if the classes had the target shares."""
        if self.target_shares is None:
            return probabilities
        tiny = torch.finfo(torch.float32).tiny
        weighed = probabilities * (self.target_shares / self.shares.clamp_min(tiny))
        return weighed / weighed.sum(dim=1, keepdim=True).clamp_min(tiny)
