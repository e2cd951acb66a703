"""Self-training: labelled images and the pool at once, from the fine-tuned network.

A teacher gives an image of the pool a pseudo-label, the student shall say the same of a strongly
changed view: Sohn et al., NeurIPS 2020 (FixMatch, arXiv 2001.07685). Their teacher sees the image
weakly changed; of the image as it is, more of what it says is right.
"""

from collections import deque
from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from semisup.classify.budget import BudgetRun
from semisup.classify.classifier import images_of, predict
from semisup.classify.learner import Learner, Targets
from semisup.classify.network import Classifier
from semisup.compute.device import stream_seed
from semisup.compute.weights import load_weights
from semisup.data.dataset import ImageData, Ints, LabelledSet
from semisup.data.device_images import DeviceImages, to_unit
from semisup.data.views import strong_view
from semisup.finetune import encoder_and_head
from semisup.selftrain.mean_teacher import MeanTeacher
from semisup.selftrain.shares import estimated_shares
from semisup.selftrain.weighting import ConfidenceWeighting
from semisup.training.loop import Objective
from semisup.workflow import outputs

POOL_SAMPLE = 2000  # images of the pool, at most about, to estimate shares from

Batch = tuple[Tensor, Tensor]  # indices (n,) in the pool, pixels (n, C, S, S) uint8


def pool_learner(run: BudgetRun, draw: int, labelled: LabelledSet) -> Learner:
    """The draw's fine-tuned classifier, to be trained further on its images and the pool.

    Args:
        run: the sections `head` and `selftrain`, the images, the device.
        draw: number of the draw.
        labelled: the draw's images.

    Raises:
        UserError: where `finetune` has not run.
    """
    start = encoder_and_head(run, draw)
    load_weights(start, run.weights("finetune", draw))
    return mean_teacher_learner(run, start, stream_seed(run.seed, draw, 1), labelled)


def mean_teacher_learner(
    run: BudgetRun, start: Classifier, seed: int, labelled: LabelledSet
) -> Learner:
    """Any classifier, to be trained on one draw's images and the pool.

    Args:
        run: the section `selftrain`, the images, their augmentation, the device.
        start: with the weights to start from.
        seed: of the augmentation, and of which labelled images are shown.
        labelled: the draw's images.
    """
    data, runtime, settings = run.data, run.runtime, run.params.selftrain
    train, validation, test = images_of(run, labelled)
    start = runtime.place(start)
    weighting = ConfidenceWeighting(len(data.classes), _target_shares(run, start, labelled))
    mean_teacher = MeanTeacher(start, weighting, settings.average).to(runtime.device)
    shown = _pool_of(data, labelled)
    pool = DeviceImages(data, shown, runtime)
    theirs = np.isin(shown, labelled.train)  # which are trained on with their labels anyway
    others = np.where(theirs, outputs.NO_CLASS, data.labels[shown])
    known = torch.from_numpy(others).to(runtime.device)
    stream, changes = runtime.generator(seed), run.params.data.augment

    def objective(targets: Targets, smoothing: float) -> Objective:
        labels, size = targets.classes, (settings.batch_size,)

        def batch_loss(batch: Batch) -> tuple[Tensor, Tensor]:
            indices, pixels = batch
            mean_teacher.update_teacher()  # by the update before, which is first seen here
            images = to_unit(pixels)
            said, weights = mean_teacher.pseudo_label(images, known[indices])
            few = torch.randint(len(labels), size, device=runtime.device, generator=stream)
            views = [train.augmented(few, changes, stream), strong_view(images, settings.views)]
            mine, others = mean_teacher.student(torch.cat(views)).split([len(few), len(images)])
            loss = F.cross_entropy(mine, labels[few], label_smoothing=smoothing)
            on_pool = (weights * F.cross_entropy(others, said, reduction="none")).mean()
            return loss + settings.pool_weight * on_pool, mine.argmax(dim=1) == labels[few]

        return Objective(mean_teacher, batch_loss, len(pool), partial(_batches, pool), (stream,))

    def pool_statistics() -> dict[str, float]:
        images = min(len(pool), settings.updates * settings.pool_batch)
        return {"pool_images": images, **mean_teacher.pool_statistics()}

    return Learner(
        mean_teacher.teacher,
        objective,
        partial(predict, mean_teacher.teacher, validation, runtime),
        partial(predict, mean_teacher.teacher, test, runtime),
        pool_statistics,
    )


def _pool_of(data: ImageData, labelled: LabelledSet) -> Ints:
    """Without the images that will judge what was learned, unless there are no others."""
    others = data.pool[~np.isin(data.pool, labelled.validation)]
    return others if len(others) else data.pool


def _target_shares(run: BudgetRun, start: Classifier, labelled: LabelledSet) -> Tensor | None:
    """Shares (classes,) that what is said of the pool is brought to; None: it is taken as it is."""
    data, align = run.data, run.params.selftrain.align
    classes, held = len(data.classes), labelled.validation
    if align == "none" or (align == "estimated" and not len(held)):
        return None
    shares = np.full(classes, 1 / classes)
    if align == "labels":
        shares = np.bincount(data.labels[labelled.train], minlength=classes) / len(labelled.train)
    elif align == "estimated":
        pool = _pool_of(data, labelled)
        some = pool[:: -(-len(pool) // POOL_SAMPLE)]
        known, of_pool = (_said(run, start, positions) for positions in (held, some))
        shares = estimated_shares(known, data.labels[held], of_pool)
    return torch.tensor(shares, dtype=torch.float32, device=run.runtime.device)


def _said(run: BudgetRun, start: Classifier, positions: Ints) -> NDArray[np.float64]:
    """Probabilities (n, classes) of images as they are."""
    logits = predict(start.eval(), DeviceImages(run.data, positions, run.runtime), run.runtime)
    return F.softmax(logits, dim=1).cpu().double().numpy()


def _batches(pool: DeviceImages, order: Iterator[Tensor]) -> Iterator[Batch]:
    """Indices and pixels, which may be read some batches ahead."""
    ahead: deque[Tensor] = deque()

    def noted() -> Iterator[Tensor]:
        for indices in order:
            ahead.append(indices)
            yield indices

    for pixels in pool.stream(noted()):
        yield ahead.popleft(), pixels
