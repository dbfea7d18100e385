"""Operators on pages in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..mutants import Change
from ..pieces import Answer
from ..subjects import Subject
from . import operator


@operator("console-error", "page", "page", advice="look at page.sights.complaints", once=True)
def console_error(subject: Subject) -> Iterator[Change]:
    """The page writes an error on the console."""
    for number, answer in subject.answers.items():
        told = {"type": "error", "text": "TypeError: a smoke mutant", "location": {}}
        event = {"cause": [0, 0.2, 0.2], "event": "console", "told": told}
        yield Change("an error on the console", {number: answer | {"events": [event, *answer["events"]]}})


@operator("element-missing", "page", "page", advice="wait for the element: page.shows(...)")
def element_missing(subject: Subject) -> Iterator[Change]:
    """An element that was looked at is not there."""
    for number, answer in subject.answers.items():
        for call, told in answer["calls"].items():
            if call != "goto" and call in subject.calls and "value" in told[-1]:
                nothing = _nothing_like(call, told[-1]["value"])
                changed = {**answer["calls"], call: [{"cause": told[0]["cause"], **nothing}]}
                if nothing != {"value": told[-1]["value"]}:
                    yield Change(f"{call[:120]} finds nothing", {number: answer | {"calls": changed}})


def _nothing_like(call: str, value: Any) -> Answer:
    if isinstance(value, bool | int | float):
        return {"value": type(value)()}
    if isinstance(value, str):
        return {"value": ""}
    if isinstance(value, list):
        return {"value": []}
    if isinstance(value, dict):
        return {"value": dict.fromkeys(value)}
    return {"error": "TimeoutError", "message": f"{call[:200]}: timeout exceeded"}


@operator("page-refused", "connection", "page", advice="let the failure to open the page pass")
def page_refused(subject: Subject) -> Iterator[Change]:
    """The page cannot be opened."""
    for number, answer in subject.answers.items():
        told = [{"cause": [0, 0, 0.1], "error": "Error", "message": "net::ERR_CONNECTION_REFUSED"}]
        yield Change("the page cannot be opened", {number: answer | {"calls": {**answer["calls"], "goto": told}}})
