"""A double that runs while a block does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .core import Double
from .server import serving


class RunningDouble(Double):
    """A double that has an address, ``url``."""


@contextmanager
def running_double(*, expect_violations: bool = False, **options: Any) -> Iterator[RunningDouble]:
    """Serve a double made with these options; afterwards there must be no violation."""
    double = RunningDouble(**options)
    with serving(double) as url:
        double.url = url
        yield double
    assert expect_violations or not double.violations, "not as GitHub describes it:\n" + "\n".join(double.violations)
