"""What tests of configuration share: writing a file and loading it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from vibehq_smoke.config import Config, Suite, load_config, load_suite

collect_ignore_glob = ["bad/*"]
"""The suites in there are meant to be wrong; pytest must not collect them as checks."""

STAGING = """
[targets.staging]
base_url = "https://hq.example"
environment = "staging"
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file into a fresh folder and say where it is."""

    def write(text: str | bytes, name: str = "smoke.toml") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    return write


@pytest.fixture
def config(write: Callable[..., Path]) -> Callable[..., Config]:
    """Load a text as ``smoke.toml``, with the given variables and no others."""

    def config(text: str, **env: str) -> Config:
        return load_config(write(text), env=env)

    return config


@pytest.fixture
def staging(config: Callable[..., Config]) -> Callable[..., Config]:
    """Load a ``smoke.toml`` whose target ``staging`` is complete but for the text that follows."""

    def staging(more: str = "", **env: str) -> Config:
        return config(STAGING + more, **env)

    return staging


@pytest.fixture
def suite(write: Callable[..., Path]) -> Callable[..., Suite]:
    """Load a text as a suite."""

    def suite(text: str, name: str = "some.toml", env: Mapping[str, str] | None = None) -> Suite:
        return load_suite(write(text, name), env=env or {})

    return suite
