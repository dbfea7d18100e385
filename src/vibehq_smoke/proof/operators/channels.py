"""Operators on the operator channel, on sockets and on callbacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..mutants import Change
from ..pieces import Answer, changed_at, with_piece
from ..rules import Rule
from ..subjects import Subject
from . import operator

LATE_S = 3_600.0
_REFUSED = {"type": "Violation", "message": "the handshake was answered with status 404 instead of 101",
            "kind": "websocket"}  # fmt: skip


def _changed(subject: Subject, key: str, value: Any) -> dict[int, Answer]:
    return {number: answer | {key: value} for number, answer in subject.answers.items() if "error" not in answer}


@operator("socket-refused", "connection", "socket", advice="let the handshake's refusal pass")
def refused(subject: Subject) -> Iterator[Change]:
    """The handshake is refused."""
    yield Change("the handshake is refused", {number: {"error": _REFUSED} for number in subject.answers})


@operator("operator-gone", "connection", "operator", advice="let the channel's refusal pass")
def gone(subject: Subject) -> Iterator[Change]:
    """The channel, or the database behind it, does not answer."""
    error = {"type": "OperatorError", "message": "the database does not answer", "unreachable": True}
    answered = [number for number, answer in subject.answers.items() if "error" not in answer]
    if answered:
        rule = None if subject.inside else Rule.STRICTER
        yield Change("no answer", {number: {"error": error} for number in answered}, rule)


@operator("operator-error", "status", "operator", advice="let the channel's error pass")
def failed(subject: Subject) -> Iterator[Change]:
    """The channel answers with an error."""
    error = {"type": "OperatorError", "message": "no such table: smoke_mutant", "unreachable": False}
    answered = [number for number, answer in subject.answers.items() if "error" not in answer]
    if answered:
        yield Change("an error", {number: {"error": error} for number in answered})


@operator("nothing", "body", "operator", advice="say what must come back")
def nothing(subject: Subject) -> Iterator[Change]:
    """A call returns nothing, a query no row."""
    for number in list(subject.answers)[-1:]:
        value = subject.answers[number].get("value")
        if value not in (None, []):
            empty: Any = [] if isinstance(value, list) else None
            what = "no row" if isinstance(value, list) else "nothing comes back"
            rule = None if subject.pieces else Rule.IGNORED
            yield Change(what, _changed(subject, "value", empty), rule)


@operator("row-wrong", "value", "operator", advice="compare the row with what was asked for")
def wrong_row(subject: Subject) -> Iterator[Change]:
    """The last query gives the row of something else: whatever the check looks at in it is different."""
    for piece in subject.pieces:
        paths = [field.path for field in piece.fields if len(field.path) > 1]
        if piece.number != subject.last or not isinstance(piece.value, list) or not paths:
            continue
        value = piece.value
        for path in paths:
            value = changed_at(value, path, _another)
        if value != piece.value:
            what = f"the row of something else: {', '.join(sorted({str(path[-1]) for path in paths}))} differ"
            yield Change(what, {piece.number: with_piece(subject.kind, subject.answers[piece.number], 0, value)})


def _another(value: Any) -> Any:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1_000_003
        case str():
            return f"smoke-mutant of {value[:40]}"
        case _:
            return value


def _frames(subject: Subject) -> Iterator[tuple[int, Answer, int]]:
    number = subject.last
    answer = subject.answers[number]
    for index, event in enumerate(answer.get("events", ())):
        if event["way"] == "in":
            yield number, answer, index


@operator("frame-missing", "frame", "socket", advice="wait for the frame, and fail without it")
def frame_missing(subject: Subject) -> Iterator[Change]:
    """A frame does not come."""
    for number, answer, index in _frames(subject):
        events = [event for at, event in enumerate(answer["events"]) if at != index]
        what = f"frame {_shown(answer, index)} does not come: {answer['events'][index]['text'][:80]}"
        yield Change(what, {number: answer | {"events": events}}, frame=_shown(answer, index))


@operator("frame-late", "frame", "socket", advice="wait for the frame for a while only")
def frame_late(subject: Subject) -> Iterator[Change]:
    """A frame, and all after it, comes an hour late."""
    for number, answer, index in _frames(subject):
        late = [_delayed(event) if at >= index else event for at, event in enumerate(answer["events"])]
        what = f"frame {_shown(answer, index)} comes an hour late, and all after it"
        yield Change(what, {number: answer | {"events": late}}, frame=_shown(answer, index))


@operator("frame-broken", "frame", "socket", advice="say what must stand in the frame")
def frame_broken(subject: Subject) -> Iterator[Change]:
    """A frame is cut off."""
    for number, answer, index in _frames(subject):
        text = answer["events"][index]["text"]
        cut = [{**event, "text": text[: len(text) // 2]} if at == index else event
               for at, event in enumerate(answer["events"])]  # fmt: skip
        frame = _shown(answer, index)
        yield Change(f"frame {frame} is cut off", {number: answer | {"events": cut}}, frame=frame)


@operator("frame-doubled", "frame", "socket", advice="read on, and fail when the same frame comes again")
def frame_doubled(subject: Subject) -> Iterator[Change]:
    """A frame comes twice."""
    for number, answer, index in _frames(subject):
        events = answer["events"]
        frame = _shown(answer, index)
        is_last = not any(event["way"] == "in" for event in events[index + 1 :])
        rule = Rule.LAST_FRAME if is_last else None
        twice = [*events[: index + 1], events[index], *events[index + 1 :]]
        yield Change(f"frame {frame} comes twice", {number: answer | {"events": twice}}, rule, frame=frame)


def _shown(answer: Answer, index: int) -> int:
    """The number of a frame among those that come, which is also the number of its piece."""
    return sum(event["way"] != "out" for event in answer["events"][:index])


def _delayed(one: Answer) -> Answer:
    if "cause" not in one:
        return one
    asks, after, own = one["cause"]
    return {**one, "cause": [asks, after + LATE_S, own + LATE_S]}


@operator("callback-missing", "callback", "callbacks", advice="wait for the callback, and fail without it")
def callback_missing(subject: Subject) -> Iterator[Change]:
    """No callback comes."""
    if any(answer["got"] for answer in subject.answers.values()):
        yield Change("no callback comes", {number: answer | {"got": []} for number, answer in subject.answers.items()})


@operator("callback-late", "callback", "callbacks", advice="wait for the callback for a while only")
def callback_late(subject: Subject) -> Iterator[Change]:
    """The callbacks come an hour late."""
    for number, answer in _called(subject):
        yield Change("the callbacks come an hour late",
                     {number: answer | {"got": [_delayed(one) for one in answer["got"]]}})  # fmt: skip


@operator("callback-doubled", "callback", "callbacks", advice="watch for a while whether another one comes")
def callback_doubled(subject: Subject) -> Iterator[Change]:
    """The last callback comes twice."""
    for number, answer in _called(subject):
        again = dict(answer["got"][-1])
        asks, after, own = again["cause"]
        again["cause"] = [asks, after + 0.05, own + 0.05]
        yield Change("the last callback comes twice", {number: answer | {"got": [*answer["got"], again]}})


@operator("callback-empty", "callback", "callbacks", advice="say what must stand in the callback")
def callback_empty(subject: Subject) -> Iterator[Change]:
    """The callbacks hold nothing."""
    for number, answer in _called(subject):
        empty = [{**one, "body": "{}"} for one in answer["got"]]
        yield Change("the callbacks hold nothing", {number: answer | {"got": empty}})


def _called(subject: Subject) -> Iterator[tuple[int, Answer]]:
    for number, answer in subject.answers.items():
        if answer["got"]:
            yield number, answer
