"""What a fault keeps from coming is waited for on the lab, which is quick, less long than on a real platform."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from .loaded import loaded

LONGEST_S = 8.0
"""For whole runs: long enough for everything that a lab does in time while all checks ask it at once."""

WAITS: Mapping[str, tuple[str, ...]] = {
    "cron_effects": ("RUN_WITHIN_S",),
    "dead_workers": ("BROKEN_S",),
    "dispatched": ("DISPATCHED_S", "REPORTED_S"),
    "ears": ("GREETING_S", "EVENT_S"),
    "hubs": ("GREETING_S",),
    "mission": ("LOAD_S", "HEARD_S"),
    "one_report": ("REPORT_S",),
    "posting": ("STORED_S",),
    "protocol": ("CALLBACK_S",),
    "redelivery": ("FIRST_S",),
    "shown": ("DRAW_S",),
    "terminals": ("OUTPUT_S",),
    "test_records": ("LOGGED_S",),
    "timeouts": ("FIRST_S", "VERDICT_S"),
    "worker_links": ("LOGGED_S",),
    "worker_reports": ("PATIENCE_S",),
}
"""Module of ``plugins/_support`` -> its constants that say how long something may take that is there at once if at all.

Not among them: for how long nothing may come, which a shorter time would make easier to fulfil; ``mission.LIVE_S``,
since a page without a socket asks every 30 s.
"""


@contextmanager
def impatience(longest_s: float = LONGEST_S) -> Iterator[None]:
    """For the length of the block no check waits for longer than ``longest_s``. The plugins must be loaded.

    Not for faults that make something late instead of keeping it away, as ``callback-late`` does (20 s).
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, constants in WAITS.items():
            module = loaded(name)
            for constant in constants:
                patch.setattr(module, constant, min(longest_s, getattr(module, constant)))
        yield
