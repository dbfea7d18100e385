"""One lab per test module."""

from collections.abc import Iterator

import pytest

from tests.lab.running import RunningLab, started_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """A healthy lab with a session."""
    with started_lab(tmp_path_factory.mktemp("lab")) as running:
        running.headers = running.sign_in()
        yield running


@pytest.fixture
def switches_off(lab: RunningLab) -> Iterator[None]:
    """All switches are off again after the test."""
    yield
    for entry in lab.client.get(f"{lab.operator}/faults?on=true").json():
        lab.fault(entry["id"], False)
