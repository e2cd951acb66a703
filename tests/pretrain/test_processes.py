"""Two processes that train together train the network that one would."""

import io
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.distributed.launcher import api
from warm import warm_python

from semisup.compute.group import ALONE, Group
from semisup.params.loading import Params
from semisup.pretext.shared.synchronised import BatchNormOfAll, averaged, gathered_images
from semisup.pretrain.launch import launch

Said = dict[int, list[dict[str, Any]]]
PROGRAM = """
import json, torch
from torch import nn
from semisup.compute.group import join
from semisup.pretext.shared.synchronised import averaged, gathered_images

class Network(nn.Module):
    contrastive, double_backward = False, True
    def __init__(self, penalised):
        super().__init__()
        torch.manual_seed(0)
        self.penalised = penalised
        self.layers = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(),
            nn.Linear(4 * 4, 5), nn.BatchNorm1d(5, track_running_stats=False), nn.Linear(5, 2),
        )
    def loss(self, images):
        images = images.clone().requires_grad_()
        logits = self.layers(images)
        labels = (images.mean(dim=(1, 2, 3)) > 0).long()
        loss = nn.functional.cross_entropy(logits, labels)
        if self.penalised:  # as gan: by gradients of gradients
            (slope,) = torch.autograd.grad(logits.square().sum(), images, create_graph=True)
            loss = loss + 0.1 * slope.square().sum(dim=(1, 2, 3)).mean()
        return loss, logits.argmax(1) == labels

def trained(penalised):
    images = torch.randn(11, 3, 4, 4, generator=torch.Generator().manual_seed(1))
    network = Network(penalised)
    step = averaged(network, group)
    for _ in range(3):
        loss, merit = step(group.part(images))
        loss.backward()
        with torch.no_grad():
            for weight in network.parameters():
                weight -= 0.1 * weight.grad
                weight.grad = None
    return torch.cat([v.flatten().double() for v in network.state_dict().values()]).tolist()

def embedded():
    torch.manual_seed(0)
    whole = torch.randn(5, 3)
    mine = group.part(whole).clone().requires_grad_()
    found = gathered_images(mine)
    (found @ found.T).softmax(dim=1)[:, 0].sum().div(group.size).backward()
    return found.flatten().tolist(), mine.grad.flatten().tolist()

def agreed():
    same, other = {"update": 4}, {"update": group.rank}
    return [
        [group.agreed(some) for some in (same, other, same if group.rank else None)],
        [group.decides(lambda: True, 20), group.decides(lambda: True, 21)],
        group.total(torch.tensor([1.0, group.rank])).tolist(),
        [value.tolist() for value in group.gathered(torch.tensor([group.rank]))],
    ]

group = join(torch.device("cpu"))
torch.set_num_threads(1)
print(json.dumps({
    "once": trained(False), "twice": trained(True), "embedded": embedded(), "agreed": agreed(),
}))
group.wait()
"""


@pytest.fixture(scope="module")
def said() -> Said:
    """By how many processes there are, what each of them says; to start some takes seconds."""
    with redirect_stdout(io.StringIO()) as alone:
        exec(PROGRAM, {})
    return {1: [json.loads(alone.getvalue())], 2: run(PROGRAM, 2)}


def run(program: str, processes: int) -> list[Any]:
    """What each of the processes prints, as JSON."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [warm_python().bin / "python", "-c", program]
    env = os.environ | warm_python().env | {"MASTER_ADDR": "localhost", "MASTER_PORT": str(port)}
    env |= {"WORLD_SIZE": str(processes)}
    started = [
        subprocess.Popen(command, env=env | {"RANK": str(r)}, stdout=subprocess.PIPE, text=True)
        for r in range(processes)
    ]
    outputs = [one.communicate(timeout=120)[0] for one in started]
    assert [one.returncode for one in started] == [0] * processes
    return [json.loads(output) for output in outputs]


@pytest.mark.xdist_group("processes")
@pytest.mark.parametrize("gradients", ["once", "twice"])
def test_weights_and_statistics_are_those_of_the_whole_batch(said: Said, gradients: str) -> None:
    """Parts of 6 and 5 images."""
    (alone,) = said[1]
    first, second = said[2]
    assert first[gradients] == second[gradients]
    assert first[gradients] == pytest.approx(alone[gradients], abs=1e-5)


@pytest.mark.xdist_group("processes")
def test_embeddings_of_all_with_their_gradients(said: Said) -> None:
    ((expected, gradients),) = (one["embedded"] for one in said[1])
    parts = [one["embedded"] for one in said[2]]
    assert [embeddings for embeddings, _ in parts] == [expected, expected]
    assert [value for _, own in parts for value in own] == pytest.approx(gradients, abs=1e-6)


@pytest.mark.xdist_group("processes")
def test_what_they_agree_on(said: Said) -> None:
    for one in said[2]:
        assert one["agreed"] == [
            [{"update": 4}, None, None],
            [True, False],
            [2.0, 1.0],
            [[0], [1]],
        ]


def test_alone() -> None:
    values = torch.tensor([1.0, 2.0])
    assert ALONE.leads
    assert ALONE.key == ()
    assert torch.equal(ALONE.part(values), values)
    assert ALONE.total(values) is values
    assert ALONE.decides(lambda: True, 7)
    assert ALONE.agreed(None) is None
    assert gathered_images(values) is values
    ALONE.wait()


@pytest.mark.parametrize(("size", "parts"), [(2, [[0, 1, 2], [3, 4]]), (3, [[0, 1], [2, 3], [4]])])
def test_parts_of_a_batch(size: int, parts: Sequence[list[int]]) -> None:
    found = [Group(rank, size).part(torch.arange(5)).tolist() for rank in range(size)]
    assert found == parts


def test_a_single_process_needs_no_wrapping() -> None:
    class Network(nn.Module):
        def loss(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return images.mean(), images > 0

    loss, merit = averaged(Network(), ALONE)(torch.tensor([1.0, -1.0]))
    assert loss == 0
    assert merit.tolist() == [True, False]


def test_batch_norm_of_all_is_the_usual_one_in_evaluation() -> None:
    usual = nn.BatchNorm2d(3)
    usual(torch.randn(4, 3, 2, 2))
    ours = BatchNormOfAll(usual)
    assert ours.state_dict().keys() == usual.state_dict().keys()
    assert ours.weight is usual.weight
    images = torch.randn(2, 3, 5, 5)
    assert torch.equal(ours.eval()(images), usual.eval()(images))


def test_launches_only_where_there_is_something_to_launch(
    make_params: Callable[..., Params], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (make_params({"compute.processes": number}).compute for number in (1, 2))
    launched: list[int] = []

    def start(config: api.LaunchConfig, program: str) -> Callable[..., None]:
        return lambda *_: launched.append(config.nproc_per_node)

    monkeypatch.setattr(api, "elastic_launch", start)
    monkeypatch.setattr(logging, "disable", lambda _: None)
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    launch(one)
    assert launched == []
    with pytest.raises(SystemExit) as left:
        launch(two)
    assert left.value.code == 0
    assert launched == [2]
    monkeypatch.setenv("WORLD_SIZE", "2")
    launch(two)
    assert launched == [2]


@pytest.mark.parametrize(
    ("program", "status", "said"),
    [
        ("print('rank', __import__('os').environ['RANK'])", 0, ""),
        ("import os; sys.exit(0 if int(os.environ['RANK']) else 2)", 2, ""),
        ("import os; sys.exit(int(os.environ['RANK']))", 2, "error: process 1 of 0 to 1"),
        (
            "import os; os.kill(os.getpid(), 9)",
            2,
            "error: one of 2 training processes was killed",
        ),
    ],
)
def test_launching(tmp_path: Path, program: str, status: int, said: str) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "import sys\nfrom types import SimpleNamespace\nfrom semisup.workflow import command\n"
        "from semisup.pretrain.launch import launch\n"
        "compute = SimpleNamespace(processes=2, device='cpu')\n"
        f"def main() -> None:\n    launch(compute)\n    {program}\ncommand.run(main)\n"
    )
    if "kill" in program:  # of a warm Python only the caller would be told, by a status
        command = [sys.executable, script]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    else:
        done = warm_python().run(script, cwd=tmp_path)
    assert done.returncode == status, done.stderr
    assert done.stdout == ("rank 0\n" if not status else "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == bool(said)
