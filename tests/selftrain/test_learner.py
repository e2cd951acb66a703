"""Labelled images and the pool at once."""

import copy
import csv
import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from semisup.classify import results
from semisup.classify.budget import BudgetRun
from semisup.classify.classifier import Classifier, images_of
from semisup.classify.draws import Trained, train_draws
from semisup.classify.learner import Targets
from semisup.compute.weights import save_weights
from semisup.data.dataset import ImageData
from semisup.finetune import encoder_and_head
from semisup.network import encoders
from semisup.network.encoders import EncoderSpec
from semisup.params.loading import Params
from semisup.selftrain import learner
from semisup.selftrain.learner import mean_teacher_learner, pool_learner
from semisup.selftrain.mean_teacher import MeanTeacher
from semisup.selftrain.shares import estimated_shares
from semisup.selftrain.weighting import ConfidenceWeighting
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.scratch import Scratch

MakeData, Make, MakeRun = Callable[..., ImageData], Callable[..., Params], Callable[..., BudgetRun]
BUDGET, UPDATES = 2, 6
CHANGED = {
    **{"head.hidden": [8], "head.dropout": 0.2, "draws": 2},
    **{"selftrain.updates": UPDATES, "selftrain.batch_size": 4, "selftrain.pool_batch": 5},
}


@pytest.fixture
def run(
    make_data: MakeData,
    make_run: MakeRun,
    make_params: Make,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> BudgetRun:
    """Of `selftrain`, where the stages before have left an encoder and two classifiers."""
    monkeypatch.chdir(tmp_path)
    data = make_data()
    run = make_run(make_params(CHANGED), data, "selftrain", BUDGET)
    for folder in (
        outputs.folder_of("pretrain", "rotation"),
        outputs.folder_of("head", "rotation", BUDGET),
    ):
        folder.mkdir(parents=True)
    spec = EncoderSpec("small")
    encoders.save(encoders.make(spec, data, 3), spec, outputs.folder_of("pretrain", "rotation"))
    info = {"layer": "conv3", "pool": 2}
    outputs.write_json(outputs.folder_of("head", "rotation", BUDGET) / outputs.FEATURES_INFO, info)
    folder = outputs.folder_of("finetune", "rotation", BUDGET)
    folder.mkdir(parents=True)
    for draw in range(2):
        save_weights(tuned(run, draw), folder / f"finetune_{draw}.safetensors")
    return run


def tuned(run: BudgetRun, draw: int) -> Classifier:
    """Other weights than the pretrained ones."""
    classifier = encoder_and_head(run, draw)
    with torch.no_grad():
        for weight in classifier.parameters():
            weight.add_(0.01 * (draw + 1))
    return classifier.eval()


def train(run: BudgetRun) -> list[Trained]:
    recipe = run.params.selftrain
    return list(train_draws(run, partial(pool_learner, run), recipe, start_judged={}))


def test_starts_where_fine_tuning_ended(run: BudgetRun) -> None:
    for draw, labelled in enumerate(run.labelled_sets()):
        one = pool_learner(run, draw, labelled)
        one.network.eval()
        images = torch.from_numpy(run.data.images[run.data.test]).permute(0, 3, 1, 2) / 255
        with torch.no_grad():
            torch.testing.assert_close(one.test_logits(), tuned(run, draw)(images))


def test_trained_scored_and_written(run: BudgetRun, tmp_path: Path) -> None:
    trained = train(run)
    for one, two in zip(trained, train(run), strict=True):
        assert np.array_equal(one.test_logits, two.test_logits)
        assert all(np.array_equal(one.weights[name], two.weights[name]) for name in one.weights)
    results.write(run, iter(trained), tmp_path)
    of_pool = list(csv.DictReader((tmp_path / outputs.POOL_STATISTICS).open()))
    rows = list(csv.DictReader((tmp_path / outputs.RESULTS).open()))
    assert [row["updates"] for row in rows] == [str(UPDATES)] * 2
    assert [row["lr"] for row in rows] == [f"{run.params.selftrain.lr:g}"] * 2
    shown = min(5 * UPDATES, len(run.data.pool))
    assert [int(row["pool_images"]) for row in of_pool] == [shown] * 2
    assert all(0 <= float(row["pool_top1"]) <= 1 for row in of_pool)
    assert trained[0].weights.keys() == tuned(run, 0).state_dict().keys()
    assert (tmp_path / "selftrain_1.safetensors").is_file()


def test_images_that_judge_what_was_learned_are_not_learned_from(run: BudgetRun) -> None:
    """Those of the budget that are kept for validation, which are images of the pool too."""
    labelled, pool = run.labelled_sets()[0], run.data.pool
    targets = Targets(torch.from_numpy(run.data.labels[labelled.train]))
    for held, left in ((pool[2:5], len(pool) - 3), (pool, len(pool))):  # there are no others
        one = pool_learner(run, 0, dataclasses.replace(labelled, validation=held))
        objective = one.objective(targets, 0.0)
        numbers = torch.arange(left)
        (seen,) = (pixels for _, pixels in objective.load(iter([numbers])))
        shown = pool if left == len(pool) else np.setdiff1d(pool, held)
        assert objective.examples == left
        assert np.array_equal(seen.permute(0, 2, 3, 1).numpy(), run.data.images[shown])


def test_each_draw_has_random_numbers_of_its_own(
    run: BudgetRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learner, "mean_teacher_learner", lambda run, start, seed, labelled: seed)
    one, other = (pool_learner(run, *each) for each in enumerate(run.labelled_sets()))
    assert one != other


def test_the_loss_by_a_plain_sum(
    run: BudgetRun, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labelled images, and strong views of the pool by what the teacher says of it as it is."""
    monkeypatch.setattr(learner, "strong_view", lambda images, _: images.flip(3))
    settings = {"selftrain.align": "none", "selftrain.pool_weight": 0.7, "head.dropout": 0.0}
    params = make_params(CHANGED | settings)
    run = dataclasses.replace(run, params=params)
    start, labelled = tuned(run, 0), run.labelled_sets()[0]
    weighting, ema_decay = ConfidenceWeighting(3), params.selftrain.average
    reference = MeanTeacher(copy.deepcopy(start), weighting, ema_decay).train()
    labels = torch.from_numpy(run.data.labels[labelled.train])
    one = mean_teacher_learner(run, start, 7, labelled)
    objective = one.objective(Targets(labels), 0.1)
    assert isinstance(objective.network, MeanTeacher)
    for network in (objective.network.train(), reference):
        with torch.no_grad():  # an update, after which the teacher follows
            network.student.head[-1].weight.mul_(-3)
    batch_of = torch.tensor([3, 0, 5, 1, 8])
    (batch,) = objective.load(iter([batch_of]))
    loss, right = objective.batch_loss(batch)

    stream = run.runtime.generator(7)
    few = torch.randint(len(labels), (4,), generator=stream)
    changed = images_of(run, labelled)[0].augmented(few, params.data.augment, stream)
    pool, validation, test = (
        torch.from_numpy(run.data.images[at]).permute(0, 3, 1, 2) / 255
        for at in (run.data.pool[batch_of], labelled.validation, run.data.test)
    )
    reference.update_teacher()
    said, weights = reference.pseudo_label(pool, torch.full((5,), -1))
    assert weights.min() < 0.9
    logs = reference.student(torch.cat([changed, pool.flip(3)])).log_softmax(dim=1)
    expected = 0.0
    for row, label in zip(logs[:4].tolist(), labels[few].tolist(), strict=True):
        expected -= (0.9 * row[label] + 0.1 * sum(row) / 3) / 4
    for row, label, weight in zip(logs[4:].tolist(), said.tolist(), weights.tolist(), strict=True):
        expected -= 0.7 * weight * row[label] / 5
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    assert torch.equal(right, logs[:4].argmax(dim=1) == labels[few])
    assert one.network.eval() is objective.network.teacher
    judged = (one.validation_logits(), validation), (one.test_logits(), test)
    for logits, images in judged:
        torch.testing.assert_close(logits, reference.teacher.eval()(images))


def test_an_unlucky_training_keeps_the_start(run: BudgetRun, make_params: Make) -> None:
    """From classifiers that are right about validation, on labels that are all wrong."""
    data, starts = run.data, [taught(run, draw) for draw in range(2)]
    folder = outputs.folder_of("finetune", "rotation", BUDGET)
    for draw, start in enumerate(starts):
        save_weights(start, folder / f"finetune_{draw}.safetensors")
    labels = data.labels.copy()
    shown = np.unique([labelled.train for labelled in run.labelled_sets()])
    labels[shown] = (labels[shown] + 1) % len(data.classes)
    params = make_params(CHANGED | {"selftrain.lr": 1.0, "selftrain.average": 0.0})
    misled = dataclasses.replace(run, params=params, data=dataclasses.replace(data, labels=labels))
    for one, start in zip(train(misled), starts, strict=True):
        assert one.fit.rows[-1].heldout_merit < 1
        assert one.fit.kept == 0
        state = start.state_dict()
        assert all(np.array_equal(value, state[name]) for name, value in one.weights.items())


def taught(run: BudgetRun, draw: int) -> Classifier:
    """The classifier to start from, trained on the validation images."""
    data, classifier = run.data, tuned(run, draw)
    images = torch.from_numpy(data.images[data.validation]).permute(0, 3, 1, 2) / 255
    labels = torch.from_numpy(data.labels[data.validation])
    optimiser = torch.optim.Adam(classifier.parameters(), 0.003)
    for _ in range(40):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(classifier(images), labels).backward()
        optimiser.step()
    assert torch.equal(classifier(images).argmax(dim=1), labels)
    return classifier


def test_labels_of_the_pool_are_told_of_and_not_used(run: BudgetRun) -> None:
    """A run that knows them, against one that does not."""
    truth = run.data.labels.copy()
    pool_only = np.setdiff1d(run.data.pool, np.flatnonzero(truth >= 0))
    truth[pool_only] = np.arange(len(pool_only)) % 3
    hidden = run.data.labels.copy()
    hidden[np.setdiff1d(run.data.pool, run.labelled_sets()[1].train)] = -1
    hidden[run.labelled_sets()[0].train] = run.data.labels[run.labelled_sets()[0].train]
    knowing, blind = (
        train(dataclasses.replace(run, data=dataclasses.replace(run.data, labels=labels)))
        for labels in (truth, hidden)
    )
    for one, other in zip(knowing, blind, strict=True):
        assert np.array_equal(one.test_logits, other.test_logits)
        assert one.fit.rows == other.fit.rows
    assert knowing[0].pool_statistics["pool_top1"] != blind[0].pool_statistics["pool_top1"]


def test_labelled_images_are_not_told_of(run: BudgetRun) -> None:
    """They are trained on with their labels: what the teacher says of them tells nothing."""
    labelled = run.labelled_sets()[0]
    own = np.full_like(run.data.labels, -1)
    for positions in (labelled.train, labelled.validation, run.data.test):
        own[positions] = run.data.labels[positions]
    every = np.zeros_like(own)
    assert np.isin(labelled.train, run.data.pool).any()
    for labels, there in ((own, False), (every, True)):
        known = dataclasses.replace(run, data=dataclasses.replace(run.data, labels=labels))
        one = pool_learner(known, 0, labelled)
        targets = Targets(torch.from_numpy(labels[labelled.train]))
        objective = one.objective(targets, 0.0)
        (batch,) = objective.load(iter([torch.arange(len(run.data.pool))]))
        objective.batch_loss(batch)
        assert ("pool_top1" in one.pool_statistics()) == there


def test_interrupted_it_goes_on_to_the_same_end(
    run: BudgetRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = train(run)
    runtime = dataclasses.replace(run.runtime, scratch=Scratch(tmp_path / "unfinished", "key", 0.0))
    keeping = dataclasses.replace(run, runtime=runtime)
    real, calls = learner.strong_view, 0

    def interrupts(*arguments: torch.Tensor) -> torch.Tensor:
        nonlocal calls
        calls += 1
        if calls == UPDATES // 2 + 1:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(learner, "strong_view", interrupts)
    with pytest.raises(KeyboardInterrupt):
        train(keeping)
    for one, two in zip(whole, train(keeping), strict=True):
        assert np.array_equal(one.test_logits, two.test_logits)
        assert one.pool_statistics == two.pool_statistics
    assert calls == 2 * UPDATES + 1


def test_a_pool_that_is_read_from_its_file_gives_the_same(run: BudgetRun) -> None:
    np.save("images.npy", run.data.images)
    data = dataclasses.replace(run.data, images=np.load("images.npy", mmap_mode="r"))
    small = dataclasses.replace(run.runtime, memory=1)
    streamed = train(dataclasses.replace(run, data=data, runtime=small))
    for one, two in zip(train(run), streamed, strict=True):
        assert np.array_equal(one.test_logits, two.test_logits)


@pytest.mark.parametrize(
    ("align", "shares"),
    [("none", None), ("uniform", [1 / 3] * 3), ("labels", [0.5, 0.25, 0.25])],
)
def test_shares_that_the_pool_is_brought_to(
    run: BudgetRun, make_params: Make, align: str, shares: list[float] | None
) -> None:
    params = make_params(CHANGED | {"selftrain.align": align})
    labelled = run.labelled_sets()[0]
    labels = run.data.labels[labelled.train]
    fewer = [*np.flatnonzero(labels == 0), *(labels.tolist().index(c) for c in (1, 2))]
    some = dataclasses.replace(labelled, train=labelled.train[fewer])
    found = learner._target_shares(dataclasses.replace(run, params=params), tuned(run, 0), some)
    assert (found if found is None else found.tolist()) == (shares and pytest.approx(shares))


def test_estimated_shares_are_of_this_classifier_and_pool(run: BudgetRun) -> None:
    labelled = run.labelled_sets()[0]
    start = tuned(run, 0)
    known, pool = (
        torch.softmax(start(images), dim=1).detach().double().numpy()
        for images in (
            torch.from_numpy(run.data.images[at]).permute(0, 3, 1, 2) / 255
            for at in (labelled.validation, run.data.pool)
        )
    )
    expected = estimated_shares(known, run.data.labels[labelled.validation], pool)
    found = learner._target_shares(run, start, labelled)
    assert found is not None
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)
    unknown = dataclasses.replace(labelled, validation=labelled.validation[:0])
    assert learner._target_shares(run, start, unknown) is None, "nothing to estimate from"


def test_weights_that_are_not_there(run: BudgetRun) -> None:
    (outputs.folder_of("finetune", "rotation", BUDGET) / "finetune_0.safetensors").unlink()
    with pytest.raises(UserError, match=r"finetune_0\.safetensors: not there yet"):
        pool_learner(run, 0, run.labelled_sets()[0])
