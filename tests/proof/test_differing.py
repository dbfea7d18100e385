"""What a person sees of a change."""

import json

from vibehq_smoke.proof.differing import difference


def test_a_body_is_shown_as_json_and_only_where_it_differs() -> None:
    old = {"status": 200, "body": json.dumps({"a": 1, "b": {"c": 2}, "d": 3})}
    new = {"status": 200, "body": json.dumps({"a": 1, "b": {"c": 9}, "d": 3})}
    lines = difference(old, new)
    assert '-   "c": 2' in lines
    assert '+   "c": 9' in lines
    assert not any('"a"' in line or '"d"' in line for line in lines)


def test_a_long_change_is_cut() -> None:
    lines = difference({"body": "[]"}, {"body": json.dumps(list(range(100)))})
    assert len(lines) == 25
    assert lines[-1].startswith("… and ")


def test_of_a_long_list_only_the_element_that_differs_is_shown() -> None:
    old = [{"way": "in", "text": json.dumps({"n": number})} for number in range(100)]
    new = [*old[:50], {"way": "in", "text": "{"}, *old[51:]]
    lines = difference({"events": old}, {"events": new})
    assert len(lines) < 12
    assert any('"n": 50' in line for line in lines)


def test_what_is_gone_and_what_is_new_is_shown() -> None:
    lines = difference({"value": [{"id": 1}]}, {"error": {"type": "OSError"}})
    assert any(line.startswith("-") and "value" in line for line in lines)
    assert any(line.startswith("+") and "error" in line for line in lines)
