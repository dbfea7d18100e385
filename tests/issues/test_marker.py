"""The hidden marker: what it repeats, and what it does not let through."""

from __future__ import annotations

import base64
import zlib
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vibehq_smoke.issues.batch import BugType, Ticket
from vibehq_smoke.issues.cause import Cause
from vibehq_smoke.issues.marker import Signer
from vibehq_smoke.models import Priority

from .world import START

SIGNER = Signer.of("a key", "github.com/acme/hq")
CAUSE = Cause(
    id="1-a",
    scope="smoke/staging",
    component="api",
    fingerprints=("1-a", "2-b"),
    subjects=("API-02", "preflight api"),
    priority=Priority.P1,
    first_seen=START,
    last_seen=START,
    counted_at=START,
    strip="F.P",
)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=START.tzinfo))  # noqa: DTZ001  (the zone is added)
WORDS = st.lists(st.text(min_size=1, max_size=20), max_size=4).map(tuple)
CAUSES = st.builds(
    Cause,
    id=st.text(min_size=1),
    scope=st.text(),
    component=st.text(),
    fingerprints=WORDS,
    subjects=WORDS,
    priority=st.sampled_from(Priority),
    state=st.sampled_from(["failing", "recovering", "recovered"]),
    fails=st.integers(0, 10**6),
    clean=st.integers(0, 10**6),
    clean_runs=WORDS,
    certain=st.booleans(),
    held=st.none() | st.text(),
    first_seen=TIMES,
    last_seen=TIMES,
    counted_at=TIMES,
    deploy=st.none() | st.text(),
    deployed_at=st.none() | TIMES,
    strip=st.text("FP.", max_size=30),
    commented_at=st.none() | TIMES,
    ticket=st.none() | st.just(Ticket(bug_type=BugType.SMOKE, title="it fails", priority=Priority.P1)),
    number=st.none() | st.integers(1, 9999),
    url=st.none() | st.text(),
    before=st.none() | st.integers(1, 9999),
)


@settings(max_examples=100)
@given(CAUSES, st.text(), st.text())
def test_what_was_counted_comes_back(cause: Cause, above: str, below: str) -> None:
    marker = SIGNER.marker(cause)
    kept = cause.model_copy(update={"ticket": None, "number": None, "url": None, "held": None})
    assert SIGNER.read(f"{above}\n{marker}\n{below}") == kept
    assert "\n" not in marker
    assert marker.startswith("<!-- ")
    assert marker.index("-->") == len(marker) - 3, "nothing of it can be seen"


@settings(max_examples=200)
@given(st.data())
def test_one_changed_character_is_enough(data: st.DataObject) -> None:
    marker = SIGNER.marker(CAUSE)
    at = data.draw(st.integers(0, len(marker) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda character: character != marker[at]))
    assert SIGNER.read(marker[:at] + other + marker[at + 1 :]) is None


def test_whose_signature_it_is_counts() -> None:
    marker = SIGNER.marker(CAUSE)
    assert Signer.of("another key", "github.com/acme/hq").read(marker) is None
    assert Signer.of("a key", "github.com/acme/elsewhere").read(marker) == CAUSE, "a key of its own names no place"


def test_without_a_key_a_marker_from_elsewhere_is_told() -> None:
    marker = Signer.of(None, "github.com/acme/hq").marker(CAUSE)
    assert Signer.of(None, "github.com/Acme/HQ").read(marker) == CAUSE
    assert Signer.of("", "github.com/acme/hq").read(marker) == CAUSE, "an empty key is none"
    assert Signer.of(None, "github.com/acme/elsewhere").read(marker) is None


def signed(payload: bytes) -> str:
    """A marker with a good signature around anything."""
    packed = base64.urlsafe_b64encode(payload).decode()
    return f"<!-- vibehq-smoke:cause 1 {packed} {SIGNER._signature(packed)} -->"  # noqa: SLF001  (only the signer can)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"no archive",
        zlib.compress(b"no document"),
        zlib.compress(b"{}"),
        zlib.compress(CAUSE.model_dump_json().encode())[:-9],
        zlib.compress(CAUSE.model_copy(update={"strip": "F" * 10**6}).model_dump_json().encode()),
    ],
    ids=["empty", "no archive", "no document", "another document", "cut", "too big"],
)
def test_a_good_signature_is_not_all(payload: bytes) -> None:
    assert SIGNER.read(signed(payload)) is None
    assert SIGNER.read(signed(zlib.compress(CAUSE.model_dump_json().encode()))) == CAUSE


@pytest.mark.parametrize("body", ["", "no marker", "<!-- vibehq-smoke:cause -->", "<!-- vibehq-smoke:cause 1 x y -->"])
def test_no_marker_is_none(body: str) -> None:
    assert SIGNER.read(body) is None


def test_two_markers_are_none() -> None:
    marker = SIGNER.marker(CAUSE)
    other = SIGNER.marker(CAUSE.model_copy(update={"id": "1-b"}))
    assert SIGNER.read(f"{marker}\n{marker}") is None
    assert SIGNER.read(f"{marker}\n{other}") is None


def test_another_version_is_none() -> None:
    assert SIGNER.read(SIGNER.marker(CAUSE).replace("cause 1 ", "cause 2 ")) is None
    assert SIGNER.read(SIGNER.marker(CAUSE).replace("cause 1 ", "cause 999999999999999999999 ")) is None
