"""Ids of a replay stand for the recorded ones, wherever they were and however many there are."""

import json
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.proof.aligning import Ids, canonical, masked, pairs

UUIDS = st.uuids(version=4).map(str)
WORDS = st.text("abcdefghijklmnop ", max_size=8)


def body(ids: list[str], word: str) -> dict[str, object]:
    return {"run": ids[0], "rows": [{"id": one, "what": word} for one in ids], "url": f"http://localhost/x/{ids[-1]}"}


@given(
    st.lists(UUIDS, min_size=1, max_size=5, unique=True), st.lists(UUIDS, min_size=5, max_size=5, unique=True), WORDS
)
def test_an_answer_about_recorded_ids_comes_out_about_the_new_ones(old: list[str], new: list[str], word: str) -> None:
    new = new[: len(old)]
    ids = Ids()
    ids.learn(pairs({"body": json.dumps(body(old, word))}, {"body": json.dumps(body(new, word))}))
    assert ids.translated(body(old, word)) == body(new, word)
    assert ids.translate(json.dumps(body(old, word))) == json.dumps(body(new, word))


@given(st.lists(UUIDS, min_size=2, max_size=2, unique=True), WORDS)
def test_what_differs_in_form_teaches_nothing(ids: list[str], word: str) -> None:
    known = Ids()
    known.learn(pairs({"path": f"/runs/{ids[0]}"}, {"path": f"/other/{word}/{ids[1]}/more"}))
    assert known.known == {}


@given(UUIDS, UUIDS)
def test_two_questions_that_differ_by_their_ids_have_one_form(one: str, other: str) -> None:
    assert masked(f"/api/health/checks/{one}") == masked(f"/api/health/checks/{other}")


@given(st.dictionaries(WORDS, st.integers() | WORDS | st.lists(st.booleans())))
def test_the_order_of_keys_is_no_part_of_a_question(value: dict[str, object]) -> None:
    assert canonical(value) == canonical(dict(reversed(list(value.items()))))


def test_swapped_ids_are_swapped_and_not_chained() -> None:
    first, second = (str(UUID(int=number, version=4)) for number in (1, 2))
    ids = Ids({first: second, second: first})
    assert ids.translate(f"{first} {second}") == f"{second} {first}"
