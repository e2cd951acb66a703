"""model.safetensors: refused where it would answer wrongly."""

from pathlib import Path

import pytest
from made_models import about, randomised

from semisup.model.whole import FILE, Whole
from semisup.workflow.errors import UserError


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["head.4.bias", "encoder.blocks.conv1.1.running_var"])
def test_weights_that_are_no_numbers(tmp_path: Path, name: str, number: float) -> None:
    whole = randomised(Whole(about()))
    whole.write(tmp_path)
    Whole.read(tmp_path)
    whole.network.state_dict()[name][0] = number
    whole.write(tmp_path)
    with pytest.raises(UserError, match=rf"{FILE}: damaged, since some weights are no numbers"):
        Whole.read(tmp_path)


@pytest.mark.parametrize("edits", [{"hidden": [9]}, {"classes": ["cat", "dog"]}, {"hidden": []}])
def test_weights_of_another_classifier(tmp_path: Path, edits: dict[str, list[object]]) -> None:
    Whole(about(**edits)).write(tmp_path)
    about().write(tmp_path)
    with pytest.raises(
        UserError, match=rf"{FILE}: damaged, or of another classifier than "
    ) as caught:
        Whole.read(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{}", b"\0" * 100])
def test_weights_that_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    Whole(about()).write(tmp_path)
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(UserError, match=rf"{FILE}: damaged, or of another classifier than "):
        Whole.read(tmp_path)
    (tmp_path / FILE).unlink()
    with pytest.raises(UserError, match=rf"{FILE}: not there; run `dvc repro`"):
        Whole.read(tmp_path)
