"""Words in which stages tell what they found."""

import pytest

from semisup.workflow.notes import counted


@pytest.mark.parametrize(("number", "shown"), [(1, "1 image"), (0, "0 images"), (7, "7 images")])
def test_counted(number: int, shown: str) -> None:
    assert counted(number, "image") == shown
