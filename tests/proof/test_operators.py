"""Every operator does what it says, to the questions that it is for."""

import json
from dataclasses import replace
from typing import Any

import pytest

from vibehq_smoke.proof.mutants import Operator
from vibehq_smoke.proof.named import FieldAt
from vibehq_smoke.proof.operators import shipped_operators
from vibehq_smoke.proof.subjects import Piece, Subject

OPERATORS = {one.name: one for one in shipped_operators()}
BODY = {
    "id": "11111111-2222-4333-8444-555555555555",
    "state": "open",
    "score": 0.5,
    "total": 3,
    "on": True,
    "at": "2026-01-31T12:00:00.000Z",
    "items": [{"n": 1}, {"n": 2}],
}
FIELDS = (
    *(FieldAt((name,)) for name in ("id", "on", "at", "items")),
    FieldAt(("state",), words=("open", "closed")),
    FieldAt(("score",), low=0, high=1),
    FieldAt(("total",), is_used=False),
    FieldAt(("items", -1, "n"), required=False),
)
HEADERS = [["content-type", "application/json"], ["date", "Sun, 22 Nov 2026 18:00:00 GMT"]]


def http(status: int = 200, body: Any = BODY) -> Subject:
    answer = {"status": status, "headers": HEADERS, "body": json.dumps(body), "ms": 5.0}
    pieces = (Piece(0, 0, body, FIELDS if body is BODY else ()),)
    return Subject(
        "ONE-01",
        "http",
        "GET /one",
        "GET /one",
        {0: answer},
        pieces,
        status=True,
        headers=frozenset(("date",)),
        bodies=True,
    )


def event(text: str) -> dict[str, Any]:
    return {"way": "in", "cause": [1, 0.1, 0.2], "text": text}


SOCKET = Subject("ONE-01", "socket", "socket /ws", "socket /ws",
                 {0: {"events": [event('{"a": 1}'), event('{"b": 2}')]}})  # fmt: skip
CALLED = {"cause": [1, 0.1, 0.2], "headers": [], "body": '{"a": 1}'}
CALLBACKS = Subject("ONE-01", "callbacks", "callbacks", "callbacks", {0: {"url": "http://x", "got": [CALLED]}})
ROWS = Subject(
    "ONE-01", "operator", "sql", "sql", {0: {"value": [{"n": 1}]}}, (Piece(0, 0, [{"n": 1}], (FieldAt((-1, "n")),)),)
)
COMMAND = Subject("ONE-01", "other", "command", "command",
                  {0: {"value": {"exit_code": 0, "out": "done", "err": "", "files": {"a.txt": "text"}}}})  # fmt: skip
TSC = Subject("ONE-01", "other", "tsc", "tsc", {0: {"value": {"errors": [], "exit_code": 0, "output": ""}}})
PAGE = Subject("ONE-01", "page", "page /", "page /",
               {0: {"events": [], "calls": {"goto": [], "count()": [{"cause": [1, 0, 0], "value": 3}]}}},
               calls=frozenset(("count()",)))  # fmt: skip
FILE = Subject("ONE-01", "source", "a.ts", "a.ts", {})

HELD = {"things": [{"id": 7, "name": "one"}], "page": 1}
THINGS = Subject(
    "ONE-01", "http", "GET /things", "GET /things",
    {0: {"status": 200, "headers": HEADERS, "body": json.dumps(HELD), "ms": 5.0}},
    (Piece(0, 0, HELD, (FieldAt(("things",)),)),),
)  # fmt: skip

EXPECTED: dict[str, tuple[Subject, str]] = {
    "status-500": (http(), "status 200 → 500"),
    "status-404": (http(), "status 200 → 404"),
    "status-302": (http(), "status 200 → 302"),
    "status-200": (http(401), "status 401 → 200"),
    "html": (http(), "the single-page application answers instead"),
    "header-missing": (http(), "no header date"),
    "header-wrong": (http(), "header date: Sun, 22 Nov 2026 18:00:00 GMT → Sun, 22 Nov 2026 19:00:00 GMT"),
    "body-empty": (http(), "the body is empty"),
    "body-null": (http(), "the body is null"),
    "body-[]": (http(), "the body is []"),
    "body-{}": (http(), "the body is {}"),
    "body-truncated": (http(), "the body ends in its middle"),
    "reset": (http(), "the connection is reset"),
    "late": (http(), "no answer in time"),
    "field-removed": (http(), "$.state is missing"),
    "field-null": (http(), "$.score: 0.5 → null"),
    "field-type": (http(), '$.score: 0.5 → "smoke mutant"'),
    "field-word": (http(), '$.state: "open" → "smoke-mutant"'),
    "field-range": (http(), "$.score: 0.5 → -1"),
    "id-swapped": (http(), '→ "11111111-2222-4333-8444-aaaaaaaaaaaa"'),
    "counter-up": (http(), "$.total: 3 → 4"),
    "counter-down": (http(), "$.total: 3 → 2"),
    "flag": (http(), "$.on: true → false"),
    "stale": (http(), '→ "2026-01-01T12:00:00Z"'),
    "list-empty": (http(), "$.items:"),
    "list-doubled": (http(), "$.items: 2 → 4 element(s), all twice"),
    "list-short": (http(), "$.items: 2 → 1 element(s)"),
    "socket-refused": (SOCKET, "the handshake is refused"),
    "operator-gone": (ROWS, "no answer"),
    "operator-error": (ROWS, "an error"),
    "nothing": (ROWS, "no row"),
    "row-wrong": (ROWS, "the row of something else: n differ"),
    "frame-missing": (SOCKET, 'frame 1 does not come: {"b": 2}'),
    "frame-late": (SOCKET, "frame 0 comes an hour late, and all after it"),
    "frame-doubled": (SOCKET, "frame 0 comes twice"),
    "frame-broken": (SOCKET, "frame 0 is cut off"),
    "callback-missing": (CALLBACKS, "no callback comes"),
    "callback-late": (CALLBACKS, "the callbacks come an hour late"),
    "callback-doubled": (CALLBACKS, "the last callback comes twice"),
    "callback-empty": (CALLBACKS, "the callbacks hold nothing"),
    "command-fails": (COMMAND, "exit code 0 → 1"),
    "command-silent": (COMMAND, "it prints nothing"),
    "command-idle": (COMMAND, "a.txt gets another line"),
    "type-errors": (TSC, "the checker finds errors"),
    "unanswered": (COMMAND, "no answer"),
    "console-error": (PAGE, "an error on the console"),
    "element-missing": (PAGE, "count() finds nothing"),
    "page-refused": (PAGE, "the page cannot be opened"),
    "file-empty": (FILE, "a.ts is empty"),
    "file-missing": (FILE, "a.ts is not there"),
    "extra-fields": (http(), "fields that nobody knows"),
    "list-longer": (THINGS, "$.things holds one more"),
    "key-order": (http(), "another order of the fields"),
    "whitespace": (http(), "other whitespace"),
    "header-case": (http(), "headers written otherwise"),
    "slower": (http(), "slower by 60 ms"),
}


def test_every_operator_is_tried_here() -> None:
    assert set(EXPECTED) == set(OPERATORS)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_operator_changes_what_it_says(name: str) -> None:
    subject, said = EXPECTED[name]
    changes = list(OPERATORS[name].make(subject))
    assert any(said in change.what for change in changes), [change.what for change in changes]
    for change in changes:
        assert change.files or all(subject.answers[number] != new for number, new in change.answers.items())


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda one: one.name)
def test_an_operator_leaves_other_kinds_alone(operator: Operator) -> None:
    kinds = {"http": http(), "socket": SOCKET, "callbacks": CALLBACKS, "operator": ROWS, "page": PAGE}
    touched = {kind for kind, subject in kinds.items() if list(operator.make(subject))}
    assert len(touched) < len(kinds)


def test_what_nobody_reads_is_equivalent_by_rule() -> None:
    (total,) = (change for change in OPERATORS["counter-up"].make(http()) if "$.total" in change.what)
    assert total.equivalent == "the check asks for the field's shape, and does nothing with its value"


def test_an_optional_field_may_be_missing_by_rule() -> None:
    changes = {change.what: change.equivalent for change in OPERATORS["field-removed"].make(http())}
    assert changes["$.items[*].n is missing"] == "the model says that the field may be missing"
    assert changes["$.state is missing"] is None


def test_a_moment_in_milliseconds_is_stale_and_counts_nothing() -> None:
    body = {"at": 1_800_000_000_000}
    answer = {"status": 200, "headers": HEADERS, "body": json.dumps(body), "ms": 5.0}
    subject = Subject("ONE-01", "http", "GET /one", "GET /one", {0: answer}, (Piece(0, 0, body, (FieldAt(("at",)),)),))
    assert [change.what for change in OPERATORS["stale"].make(subject)] == ["$.at: 1800000000000 → 1797408000000"]
    assert list(OPERATORS["counter-up"].make(subject)) == []


@pytest.mark.parametrize(("others", "rule"), [((), True), (("GET /11111111-2222-4333-8444-555555555555",), False)])
def test_an_id_that_stands_nowhere_else_cannot_be_told_from_another(others: tuple[str, ...], rule: bool) -> None:
    subject = replace(http(), own=json.dumps(BODY), others=others)
    (change,) = OPERATORS["id-swapped"].make(subject)
    assert (change.equivalent is not None) is rule


def test_a_silent_channel_matters_to_checks_that_are_about_what_it_shows() -> None:
    (stricter,) = OPERATORS["operator-gone"].make(ROWS)
    (inside,) = OPERATORS["operator-gone"].make(replace(ROWS, inside=True))
    assert stricter.equivalent
    assert inside.equivalent is None


def test_the_last_frame_may_come_twice_by_rule() -> None:
    rules = {change.frame: change.equivalent for change in OPERATORS["frame-doubled"].make(SOCKET)}
    assert rules == {0: None, 1: "the check reads nothing after this frame"}


def test_a_list_that_is_counted_grows_not() -> None:
    held = {**HELD, "pagination": {"total": 4}}
    subject = replace(THINGS, pieces=(Piece(0, 0, held, (FieldAt(("things",)),)),))
    assert list(OPERATORS["list-longer"].make(subject)) == []
