"""Dialects: one fact at several places, strict about types, drift noted (R9)."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Field

from vibehq_smoke.platform import Dialect, Paths
from vibehq_smoke.platform.shape import ShapeError, fit


class Run(Dialect):
    health_check_uuid: UUID
    status: Literal["running", "completed"]
    total_workers: Annotated[int, Field(ge=0)]
    started_at: datetime | None = None
    score: float = 0.0
    loose: Annotated[bool, Field(strict=False)] = False


class History(Dialect):
    runs: Annotated[list[Run], Paths("history.health_checks", "result.health_checks", "health_checks", "$")]


class One(Dialect):
    run: Annotated[Run, Paths("result", "$")]
    note: str | None = None


class Nested(Dialect):
    inner: One


RUN: dict[str, Any] = {
    "health_check_uuid": "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
    "status": "running",
    "total_workers": 1,
    "started_at": "2026-01-01T00:00:00Z",
    "score": 1,
    "loose": 1,
    "more": "ignored",
}


def fitted(model: type[Any], body: Any) -> tuple[Any, list[str]]:
    value: tuple[Any, list[str]] = fit(model, json.dumps(body))
    return value


def problem(model: type[Any], body: Any) -> str:
    with pytest.raises(ShapeError) as caught:
        fitted(model, body)
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"history": {"health_checks": [RUN]}}, None),
        ({"result": {"health_checks": [RUN]}}, "`result.health_checks`"),
        ({"health_checks": [RUN]}, "`health_checks`"),
        ([RUN], "the top level"),
    ],
)
def test_a_field_is_found_at_each_of_its_places(body: Any, place: str | None) -> None:
    history, drifts = fitted(History, body)
    assert history.runs[0].total_workers == 1
    assert history.runs[0].started_at.year == 2026
    assert drifts == ([f"found at {place}, expected at `history.health_checks` (dialect)"] if place else [])


def test_a_bare_list_fits_a_list_that_may_be_missing() -> None:
    class Maybe(Dialect):
        runs: Annotated[list[Run] | None, Paths("runs", "$")] = None

    assert len(fitted(Maybe, [RUN])[0].runs) == 1
    assert fitted(Maybe, {"other": 1})[0].runs is None


def test_the_expected_place_wins_over_the_others() -> None:
    history, drifts = fitted(History, {"health_checks": [], "history": {"health_checks": [RUN]}})
    assert len(history.runs) == 1
    assert drifts == []


def test_the_bare_body_stands_for_an_object_too() -> None:
    one, drifts = fitted(One, RUN | {"note": "here"})
    assert one.run.status == "running"
    assert one.note == "here"
    assert drifts == ["found at the top level, expected at `result` (dialect)"]


def test_an_object_is_no_list_and_a_list_no_object() -> None:
    assert problem(History, {"x": 1}) == "`history.health_checks` is missing"
    assert problem(One, [RUN]) == "`result` is missing"


def test_nested_dialects_note_their_drift() -> None:
    nested, drifts = fitted(Nested, {"inner": RUN})
    assert nested.inner.run.total_workers == 1
    assert drifts == ["found at the top level, expected at `result` (dialect)"]


def test_a_key_that_happens_to_be_called_like_the_field_is_not_the_field() -> None:
    assert problem(History, {"runs": [RUN]}) == "`history.health_checks` is missing"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"total_workers": "1"}, '`result.total_workers` is "1" (string), allowed: a valid integer'),
        ({"total_workers": True}, "`result.total_workers` is true (boolean), allowed: a valid integer"),
        ({"total_workers": 1.5}, "`result.total_workers` is 1.5 (number), allowed: a valid integer"),
        ({"total_workers": -1}, "`result.total_workers` is -1 (number), allowed: greater than or equal to 0"),
        ({"score": "0.5"}, '`result.score` is "0.5" (string), allowed: a valid number'),
        ({"score": None}, "`result.score` is null (null), allowed: a valid number"),
        ({"status": "gone"}, "`result.status` is \"gone\" (string), allowed: 'running' or 'completed'"),
        ({"health_check_uuid": 5}, "`result.health_check_uuid` is 5 (number): UUID input should be"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_what_is_allowed(change: dict[str, Any], message: str) -> None:
    assert problem(One, {"result": RUN | change}).startswith(message)


def test_places_inside_lists_are_named() -> None:
    assert problem(History, {"health_checks": [RUN, RUN | {"status": 1}]}).startswith("`health_checks[1].status` is 1")
    assert problem(History, [RUN | {"status": 1}]).startswith("`[0].status` is 1")


def test_many_problems_are_counted() -> None:
    broken: dict[str, Any] = {"history": {"health_checks": [{}] * 3}}
    text = problem(History, broken)
    assert text.count("is missing") == 3
    assert text.endswith("and 6 more")


def test_the_wrong_kind_of_answer_is_shown() -> None:
    class Plain(Dialect):
        ok: bool

    assert problem(Plain, ["a"]) == 'the answer is ["a"] (array), allowed: an object'


def test_paths_need_a_path() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Paths()
