"""Tests that share what is dear to build run in one worker."""

import pytest


@pytest.mark.xdist_group("some")
def test_groups_are_heeded(request: pytest.FixtureRequest, worker_id: str) -> None:
    """pytest-xdist marks the tests of a group in their names, and goes by these."""
    grouped = request.node.nodeid.endswith("@some")
    assert grouped == (worker_id != "master")
