"""The part of JSONPath that declarative checks use."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.jsonpath import EVERY, JsonPath, kind, parse, same, shown

DOCUMENT = {"a": {"b": [{"c": 1}, {"c": None}, {"d": 3}]}, "odd key": {"it's": [[1, 2], [3]]}, "": 7}

NAMES = st.text(max_size=8)
STEPS = st.one_of(NAMES, st.integers(-3, 3), st.just(EVERY))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [("$", DOCUMENT)]),
        ("$.a.b[0].c", [("$.a.b[0].c", 1)]),
        ("$.a.b[-1].d", [("$.a.b[2].d", 3)]),
        ("$.a.b[*].c", [("$.a.b[0].c", 1), ("$.a.b[1].c", None)]),
        ("$.a.*[1].c", [("$.a.b[1].c", None)]),
        ("$['odd key'][\"it's\"][*][0]", [("$['odd key']['it\\'s'][0][0]", 1), ("$['odd key']['it\\'s'][1][0]", 3)]),
        ("$['']", [("$['']", 7)]),
        ("$.a.b[3]", []),
        ("$.a.b.c", []),
        ("$.a[0]", []),
        ("$.b", []),
    ],
)
def test_what_a_path_finds(path: str, found: list[tuple[str, Any]]) -> None:
    assert parse(path).find(DOCUMENT) == found


@pytest.mark.parametrize(
    ("path", "character"),
    [
        *(("$a", 2), ("$.a.", 4), ("$..a", 2), ("$.a[", 4), ("$[1:2]", 2)),
        *(("$[?(@.a)]", 2), ("$.a b", 4), ("$['a]", 2), ("$.1", 2)),
    ],
)
def test_what_is_no_path_says_where(path: str, character: int) -> None:
    with pytest.raises(ValueError, match=rf"is no JSON path: character {character} "):
        parse(path)


def test_a_path_begins_with_a_dollar() -> None:
    with pytest.raises(ValueError, match=r"begins with \$"):
        parse("a.b")


@given(st.lists(STEPS, max_size=6))
def test_a_path_reads_as_it_is_written(steps: list[Any]) -> None:
    assert parse(str(JsonPath(tuple(steps)))) == JsonPath(tuple(steps))


@given(st.text(max_size=20) | st.text("$.[]*'\"\\a1-", max_size=20).map("${}".format))
def test_any_text_is_a_path_or_a_value_error(text: str) -> None:
    try:
        path = parse(text)
    except ValueError as error:
        assert str(error).startswith("is no JSON path")  # noqa: PT017 - both ways are right
    else:
        assert parse(str(path)) == path


@given(VALUES, st.lists(STEPS, max_size=4))
def test_each_place_leads_to_its_value_alone(value: Any, steps: list[Any]) -> None:
    for place, found in JsonPath(tuple(steps)).find(value):
        assert parse(place).find(value) == [(place, found)]


@given(VALUES)
def test_a_value_is_the_same_after_a_journey_through_json(value: Any) -> None:
    assert same(value, json.loads(json.dumps(value)))


@given(VALUES, VALUES)
def test_sameness_knows_no_order_and_keeps_types_apart(one: Any, two: Any) -> None:
    assert same(one, two) is same(two, one)
    assert kind(one) == kind(two) or not same(one, two)


def test_true_is_no_number() -> None:
    assert same(1, 1.0)
    assert not same([True], [1])
    assert not same({"a": 0}, {"a": False})


@given(VALUES, st.integers(1, 40))
def test_what_is_shown_is_short(value: Any, limit: int) -> None:
    assert len(shown(value, limit)) <= limit
