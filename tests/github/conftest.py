"""A GitHub for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .double import RunningDouble, running_double


@pytest.fixture
def github() -> Iterator[RunningDouble]:
    """With virtual time and GitHub's own limits; a violation of its description fails the test."""
    with running_double() as double:
        yield double
