"""Operators on answers over HTTP, but for the fields in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from ..mutants import Change
from ..pieces import Answer
from ..rules import Rule
from ..subjects import Subject
from . import every, operator

PAGE = '<!doctype html><html><head><title>Core Vibe HQ</title></head><body><div id="root"></div></body></html>'
LATE_MS = 3_600_000.0


def _answered(subject: Subject) -> dict[int, Answer]:
    return {number: answer for number, answer in subject.answers.items() if "status" in answer}


def _with_status(subject: Subject, is_due: Callable[[int], bool], status: int, **more: Any) -> Iterator[Change]:
    due = {number: answer for number, answer in _answered(subject).items() if is_due(answer["status"])}
    if due:
        was = next(iter(due.values()))["status"]
        rule = None if subject.judged else Rule.UNJUDGED
        changed = {number: answer | {"status": status, **more} for number, answer in due.items()}
        yield Change(f"status {was} → {status}", changed, rule)


def _good(status: int) -> bool:
    return 200 <= status < 300


@operator("status-500", "status", "http", advice="expect the status: reply.expect(Model, status=200)")
def server_error(subject: Subject) -> Iterator[Change]:
    """2xx becomes 500, with the body as it was."""
    yield from _with_status(subject, _good, 500)


@operator("status-404", "status", "http")
def not_found(subject: Subject) -> Iterator[Change]:
    """2xx becomes 404."""
    yield from _with_status(subject, _good, 404)


@operator("status-302", "status", "http")
def redirected(subject: Subject) -> Iterator[Change]:
    """2xx becomes a redirect to a sign-in page."""
    headers = [["location", "/login"], ["content-type", "text/plain"]]
    yield from _with_status(subject, _good, 302, headers=headers, body="")


@operator("status-200", "status", "http")
def accepted(subject: Subject) -> Iterator[Change]:
    """4xx becomes 200: what had to be refused is accepted."""
    yield from _with_status(subject, lambda status: 400 <= status < 500, 200)


@operator("html", "content type", "http", advice="expect the content type: reply.expect() does, reply.status does not")
def single_page_fallback(subject: Subject) -> Iterator[Change]:
    """The answer is the page of the application, with 200: the route is not there (R1)."""

    def page(answer: Answer) -> Answer:
        if "status" not in answer:
            return answer
        return answer | {"status": 200, "headers": [["content-type", "text/html; charset=utf-8"]], "body": PAGE}

    if changed := every(subject, page):
        yield Change("the single-page application answers instead", changed, None if subject.judged else Rule.UNJUDGED)


@operator("header-missing", "header", "http", advice="require the header that you look up")
def header_missing(subject: Subject) -> Iterator[Change]:
    """A header that the check looks up by name is not there."""
    for name in _looked_up(subject):
        if changed := every(subject, lambda answer, gone=name: _with_header(answer, gone, None)):  # type: ignore[misc]
            yield Change(f"no header {name}", changed, spot=name)


@operator("header-wrong", "header", "http", advice="say what the header must hold")
def header_wrong(subject: Subject) -> Iterator[Change]:
    """A header that the check looks up says something else; a date is an hour ahead."""
    for name in _looked_up(subject):
        old = next((value for answer in subject.answers.values() for value in _values_of(answer, name)), "")
        new = _an_hour_on(old) if name == "date" else "smoke-mutant"
        changed = every(subject, lambda answer, wrong=name, said=new: _with_header(answer, wrong, said))  # type: ignore[misc]
        if changed:
            yield Change(f"header {name}: {old} → {new}"[:200], changed, spot=name)


def _looked_up(subject: Subject) -> list[str]:
    """Names looked up and there. The content type has operators of its own."""
    return sorted((subject.headers or frozenset()) - {"content-type"})


def _values_of(answer: Answer, name: str) -> list[str]:
    return [value for key, value in answer.get("headers", ()) if key.lower() == name]


def _with_header(answer: Answer, name: str, value: str | None) -> Answer:
    if not _values_of(answer, name):
        return answer
    others = [one for one in answer["headers"] if one[0].lower() != name]
    return answer | {"headers": others if value is None else [*others, [name, value]]}


def _an_hour_on(date: str) -> str:
    try:
        return format_datetime(parsedate_to_datetime(date) + timedelta(hours=1), usegmt=True)
    except ValueError:
        return "smoke-mutant"


def _body(subject: Subject, text: str, what: str, rule: str | None = None) -> Iterator[Change]:
    def other(answer: Answer) -> Answer:
        return answer | {"body": text} if "status" in answer else answer

    if changed := every(subject, other):
        yield Change(f"the body is {what}", changed, rule or _unread(subject))


def _unread(subject: Subject) -> str | None:
    if not subject.judged:
        return Rule.UNJUDGED
    if subject.headers is not None and not subject.bodies and not subject.pieces:
        return Rule.ONLY_HEADERS
    if subject.bodies or subject.pieces or any(_good(answer["status"]) for answer in _answered(subject).values()):
        return None
    return Rule.ONLY_STATUS


ADVICE = "say what must stand in the body: reply.expect(Model)"


@operator("body-empty", "body", "http", advice=ADVICE)
def empty_body(subject: Subject) -> Iterator[Change]:
    """There is no body."""
    yield from _body(subject, "", "empty")


for _text in ("null", "[]", "{}"):

    @operator(f"body-{_text}", "body", "http", advice=ADVICE)
    def _empty_json(subject: Subject, text: str = _text) -> Iterator[Change]:
        """The body is JSON that holds nothing."""
        yield from _body(subject, text, text)


@operator("body-truncated", "body", "http", advice=ADVICE)
def truncated(subject: Subject) -> Iterator[Change]:
    """The body ends in its middle."""

    def cut(answer: Answer) -> Answer:
        return answer | {"body": answer["body"][: len(answer["body"]) // 2]} if "status" in answer else answer

    if changed := every(subject, cut):
        yield Change("the body ends in its middle", changed, _unread(subject))


@operator("reset", "connection", "http", advice="let Unreachable pass: a check must not catch it")
def reset(subject: Subject) -> Iterator[Change]:
    """The connection is reset."""
    failure: Answer = {"failure": ["unreachable", "the connection was reset"]}
    rule = None if subject.judged else Rule.UNJUDGED
    yield Change("the connection is reset", dict.fromkeys(_answered(subject), failure), rule)


@operator("late", "timeout", "http", advice="let Unreachable pass, and wait for nothing without a limit")
def past_the_deadline(subject: Subject) -> Iterator[Change]:
    """The answer comes past every deadline."""
    late = {number: answer | {"ms": LATE_MS} for number, answer in _answered(subject).items()}
    yield Change("no answer in time", late, None if subject.judged else Rule.UNJUDGED)
