"""`semisup check` looks at what stages would refuse only after hours."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from semisup.cli.main import check
from semisup.workflow.errors import UserError

BORROWED = {"backbone": {"name": "timm/resnet10t"}}


@pytest.fixture
def write(values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes params.yaml with layers of embed and supervised, of a backbone of timm."""
    monkeypatch.chdir(tmp_path)

    def put(embed: str, supervised: str) -> None:
        changed = values | BORROWED
        changed["embed"]["layer"], changed["supervised"]["layer"] = embed, supervised
        Path("params.yaml").write_text(yaml.safe_dump(changed))

    return put


def test_layers_of_a_librarys_model(write: Any) -> None:
    write("auto", "layer3")
    check()
    for embed, supervised, key in [("conv5", "layer3", "embed"), ("auto", "auto", "supervised")]:
        write(embed, supervised)
        with pytest.raises(UserError, match=rf"params\.yaml: {key}\.layer: .*layer4, features"):
            check()
