"""JUnit XML of any other suite of tests."""

from __future__ import annotations

from ..batch import Batch
from .context import Context
from .junit_reports import read_junit
from .outcomes import batch_of


def read(text: str, context: Context) -> Batch:
    """What the tests said: a cause for each reason to fail, and the tests that passed as proof."""
    return batch_of("junit", text, read_junit(text, context.name), context)
