"""Fixtures: the shipped plugins, one healthy lab per module, and a stand-in for TypeScript's checker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vibehq_smoke.config import Target
from vibehq_smoke.host import Host

from .running import lab


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """All shipped plugins, loaded."""
    loaded = Host.load()
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def healthy() -> Iterator[Target]:
    """A lab without faults, shared by the tests of a module: who switches a fault on switches it off again."""
    with lab() as target:
        yield target


@pytest.fixture
def tsc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ``tsc`` on the path that finds nothing wrong; a test may write another script into the file."""
    script = tmp_path / "bin" / "tsc"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent), prepend=":")
    return script
