"""vitest and jest: their JSON reports (contract 10.3)."""

from __future__ import annotations

from ..batch import Batch
from .context import Context
from .outcomes import batch_of
from .script_reports import read_script_report


def read(text: str, context: Context) -> Batch:
    """What the tests said: a cause for each reason to fail, and the tests that passed as proof."""
    return batch_of("tests", text, read_script_report(text, context.name), context)
