"""Defects that several routes of this room share as built (contract 12.2)."""

from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.serving.replies import Envelope, Refusal, e4


def need_query_builder(faults: Faults, *, removed_methods: bool = False) -> None:
    """Raise Refusal 500 where the routes want a query builder and get none.

    D-13: the database binding is not one. D-16, for routes with `removed_methods`: it lacks methods they call.
    """
    if faults.on("D-13"):
        raise Refusal(500, e4("Internal server error", "the database binding is not a query builder"))
    if removed_methods and faults.on("D-16"):
        raise Refusal(500, e4("Internal server error", "query builder has no such method"))


def need_event_logger(faults: Faults, refuse: Envelope) -> None:
    """Raise Refusal 500 where the event logger lacks the method that is called (D-14)."""
    if faults.on("D-14"):
        raise Refusal(500, refuse("Internal server error", "eventLogger.logEvent is not a function"))
