"""The teacher: how it follows the student, and what it is asked."""

import copy

import pytest
import torch

from semisup.classify.classifier import Classifier
from semisup.classify.layers import build_head
from semisup.network import backbones
from semisup.network.pooling import pooled_width
from semisup.selftrain.mean_teacher import MeanTeacher
from semisup.selftrain.weighting import ConfidenceWeighting

EMA_DECAY = 0.9


@pytest.fixture
def pair() -> MeanTeacher:
    encoder = backbones.build("small", 3, 16, 0)
    width = pooled_width(encoder, "conv3", 2, 16)
    start = Classifier(encoder, "conv3", 2, build_head(width, [8], 3, 0.2, 1))
    return MeanTeacher(start, ConfidenceWeighting(3), EMA_DECAY)


def images(count: int = 5) -> torch.Tensor:
    return torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def test_the_teacher_is_the_running_average_of_the_student(pair: MeanTeacher) -> None:
    expected = [weight.clone() for weight in pair.teacher.parameters()]
    for number in range(3):
        with torch.no_grad():
            for weight in pair.student.parameters():
                weight.add_(number + 1)
        pair.update_teacher()
        pairs = zip(expected, pair.student.parameters(), strict=True)
        expected = [EMA_DECAY * mine + (1 - EMA_DECAY) * other for mine, other in pairs]
    for weight, mean in zip(pair.teacher.parameters(), expected, strict=True):
        torch.testing.assert_close(weight, mean)


def test_only_the_student_is_trained(pair: MeanTeacher) -> None:
    pair.train()
    classes, weights = pair.pseudo_label(images(), torch.full((5,), -1))
    assert not weights.requires_grad
    assert not any(weight.requires_grad for weight in pair.teacher.parameters())
    loss = (weights * torch.nn.functional.cross_entropy(pair.student(images()), classes)).mean()
    loss.backward()  # type: ignore[no-untyped-call]
    assert all(weight.grad is None for weight in pair.teacher.parameters())
    assert pair.student.head[-1].weight.grad.abs().max() > 0


def test_the_teacher_has_no_dropout_and_batch_norm_of_what_it_sees(
    pair: MeanTeacher,
) -> None:
    pair.train()
    reference = copy.deepcopy(pair.teacher)
    for network, share in ((pair.teacher, 0.9), (reference, 0.0)):
        for layer in network.modules():
            if isinstance(layer, torch.nn.Dropout):
                layer.p = share
    with torch.no_grad():
        expected = ConfidenceWeighting(3).weigh(reference.train()(images()).softmax(dim=1))
    found = pair.pseudo_label(images(), torch.full((5,), -1))
    torch.testing.assert_close(found, expected)
    for name, value in pair.teacher.state_dict().items():
        torch.testing.assert_close(value, reference.state_dict()[name])


def test_the_statistics_of_strong_views_are_the_students_alone(pair: MeanTeacher) -> None:
    before = copy.deepcopy(pair.teacher.state_dict())
    pair.student.train()(images() / 2)
    pair.update_teacher()
    after = pair.teacher.state_dict()
    assert all(torch.equal(value, before[name]) for name, value in after.items() if "run" in name)


def test_a_single_image_is_labelled_too(pair: MeanTeacher) -> None:
    classes, weights = pair.pseudo_label(images(1), torch.tensor([-1]))
    assert (classes.shape, weights.tolist()) == ((1,), [1.0])


def test_what_is_told_of_labels(pair: MeanTeacher) -> None:
    unknown = torch.full((5,), -1)
    classes, weights = pair.pseudo_label(images(), unknown)
    assert pair.pool_statistics() == {"pool_sure": pytest.approx(float(weights.mean()))}
    known = classes.clone()
    known[0], known[1] = (known[0] + 1) % 3, -1
    _, again = pair.pseudo_label(images(), known)
    found = pair.pool_statistics()
    assert found["pool_sure"] == pytest.approx(float(torch.cat([weights, again]).mean()))
    assert found["pool_top1"] == pytest.approx(3 / 4)
