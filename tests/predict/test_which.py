"""Which classifier is used, and how it computes."""

from pathlib import Path

import pytest

from semisup.params.loading import PARAMS_FILE, load
from semisup.predict import which

REPOSITORY = Path(__file__).parents[2]


def test_elsewhere_than_in_a_project_it_computes_as_params_yaml_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert which.compute_settings(elsewhere=True) == load(REPOSITORY / PARAMS_FILE).compute
