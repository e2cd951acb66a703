"""The teacher: how it follows, and what it is asked."""

import copy

import pytest
import torch

from semisup.classify.classifier import Classifier
from semisup.classify.layers import build_head
from semisup.network import backbones
from semisup.network.pooling import pooled_width
from semisup.selftrain.joint import Joint
from semisup.selftrain.trust import Trust

AVERAGE = 0.9


@pytest.fixture
def joint() -> Joint:
    encoder = backbones.build("small", 3, 16, 0)
    width = pooled_width(encoder, "conv3", 2, 16)
    start = Classifier(encoder, "conv3", 2, build_head(width, [8], 3, 0.2, 1))
    return Joint(start, Trust(3), AVERAGE)


def images(count: int = 5) -> torch.Tensor:
    return torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def test_the_teacher_is_the_running_average_of_the_student(joint: Joint) -> None:
    expected = [weight.clone() for weight in joint.teacher.parameters()]
    for number in range(3):
        with torch.no_grad():
            for weight in joint.student.parameters():
                weight.add_(number + 1)
        joint.follow()
        pairs = zip(expected, joint.student.parameters(), strict=True)
        expected = [AVERAGE * mine + (1 - AVERAGE) * other for mine, other in pairs]
    for weight, mean in zip(joint.teacher.parameters(), expected, strict=True):
        torch.testing.assert_close(weight, mean)


def test_only_the_student_is_trained(joint: Joint) -> None:
    joint.train()
    classes, weights = joint.labels(images(), torch.full((5,), -1))
    assert not weights.requires_grad
    assert not any(weight.requires_grad for weight in joint.teacher.parameters())
    loss = (weights * torch.nn.functional.cross_entropy(joint.student(images()), classes)).mean()
    loss.backward()  # type: ignore[no-untyped-call]
    assert all(weight.grad is None for weight in joint.teacher.parameters())
    assert joint.student.head[-1].weight.grad.abs().max() > 0


def test_the_teacher_has_no_dropout_and_batch_norm_of_what_it_sees(joint: Joint) -> None:
    joint.train()
    reference = copy.deepcopy(joint.teacher)
    for network, share in ((joint.teacher, 0.9), (reference, 0.0)):
        for layer in network.modules():
            if isinstance(layer, torch.nn.Dropout):
                layer.p = share
    with torch.no_grad():
        expected = Trust(3).judge(reference.train()(images()).softmax(dim=1))
    found = joint.labels(images(), torch.full((5,), -1))
    torch.testing.assert_close(found, expected)
    for name, value in joint.teacher.state_dict().items():
        torch.testing.assert_close(value, reference.state_dict()[name])


def test_the_statistics_of_strong_views_are_the_students_alone(joint: Joint) -> None:
    before = copy.deepcopy(joint.teacher.state_dict())
    joint.student.train()(images() / 2)
    joint.follow()
    after = joint.teacher.state_dict()
    assert all(torch.equal(value, before[name]) for name, value in after.items() if "run" in name)


def test_a_single_image_is_labelled_too(joint: Joint) -> None:
    classes, weights = joint.labels(images(1), torch.tensor([-1]))
    assert (classes.shape, weights.tolist()) == ((1,), [1.0])


def test_what_is_told_of_labels(joint: Joint) -> None:
    unknown = torch.full((5,), -1)
    classes, weights = joint.labels(images(), unknown)
    assert joint.told() == {"pool_sure": pytest.approx(float(weights.mean()))}
    known = classes.clone()
    known[0], known[1] = (known[0] + 1) % 3, -1
    _, again = joint.labels(images(), known)
    told = joint.told()
    assert told["pool_sure"] == pytest.approx(float(torch.cat([weights, again]).mean()))
    assert told["pool_top1"] == pytest.approx(3 / 4)
