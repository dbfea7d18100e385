"""Messages without what differs from run to run: what goes, what stays, and what holds for any text."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vibehq_smoke.findings import normal
from vibehq_smoke.redact import MASK

ALIKE = [
    ("run d3c55acb-d524-47a7-8909-4f91e101e144 was started", "run # was started"),
    ("run D3C55ACB-D524-47A7-8909-4F91E101E144 was started", "run # was started"),
    ("tagged smoke-0101-120000-ab12", "tagged #"),
    ("tagged smoke-0101-120000-ab12-none", "tagged #-none"),
    ("at commit b6da84b2f3c4d5e6", "at commit #"),
    ("<Reply object at 0x7f3a5c0deadbeef>", "<Reply object at #>"),
    ("started 2026-11-23T00:03:41.800489Z, which is too long ago", "started #, which is too long ago"),
    ("started 2026-11-23 00:03:41+01:00", "started #"),
    ("on Sun, 06 Nov 1994 08:49:37 GMT it was there", "on # it was there"),
    ("since 12:03:01 PM", "since #"),
    ("took 1.5 s", "took #"),
    ("took 900ms, at most 1m30s wanted", "took #, at most # wanted"),
    ("p95 is 1,234.5 ms over 12 requests", "p95 is # over # request"),
    ("nothing listens on localhost:44815 (connection refused)", "nothing listens on # (connection refused)"),
    ("connect ECONNREFUSED 127.0.0.1:8787", "connect ECONNREFUSED #"),
    ("connect ECONNREFUSED [::1]:8787", "connect ECONNREFUSED #"),
    ("connect ECONNREFUSED 2001:db8::17", "connect ECONNREFUSED #"),
    ("GET https://user:pass@hq.example.com:8443/api/orders/17?page=2", "GET #/api/orders/#?page=#"),
    ("db-7.eu.internal does not answer", "# does not answer"),
    ("sent to ops+smoke@vibehq.example", "sent to #"),
    (f"Authorization: Bearer {MASK}", "Authorization: Bearer #"),
    ("order 01ARZ3NDEKTSV4RRFFQ69G5FAV is lost", "order # is lost"),
    ("cursor dGhpcyBpcyBub3QgYSBzZWNyZXQ1Mjk4OTQ3 is refused", "cursor # is refused"),
    ("/tmp/vibehq-smoke-x9f_2k/smoke.toml is empty", "#/smoke.toml is empty"),  # noqa: S108 - a text
    ("/private/var/folders/zz/zyx_1/T/tmpab12/x.json is empty", "#/x.json is empty"),
    (r"C:\Users\me\AppData\Local\Temp\pytest-4\x.json is empty", r"#\x.json is empty"),
    ("it answers {\"id\": 17, \"items\": [{\"a\": 1}]} with a delay", "it answers {…} with a delay"),
    ("log({\"source\": \"smoke\", \"level\": \"debug\"…): RPC failed", "log({…}): RPC failed"),
    ("it answers {\"id\": \"cut o", "it answers {…}"),
    ("missing are 3, 4, 5 and 6", "missing are #"),
    ("17 errors", "# error"),
    ("1 error", "# error"),
    ("2 binding(s) are missing", "# binding are missing"),
    ("assert [1, 2, 3] == ['a']\n +  where [1, 2, 3] = items()", "assert # == #"),
    ("score is wrong\nassert 0.5 == 0.75", "score is wrong"),
    ("\n  it is wrong \t here\nbody: {}", "it is wrong here"),
    ("two things are wrong:\n  the first\n  the second", "two things are wrong: the first"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("message", "expected"), ALIKE)
def test_what_differs_from_run_to_run_goes(message: str, expected: str) -> None:
    assert normal(message) == expected


@pytest.mark.parametrize(
    "message",
    [
        "d1-health is broken",
        "error TS2307: Cannot find module '../observability/sentry'",
        "INF-03 holds no more, and neither does CVE-2026-12345",
        "the answer is UTF-8 with a sha256 of its own",
        "GET /api/v1/orders: expected 200 or 202 or 404, got 500",
        "the handshake was answered with status 500 instead of 101",
        "GET /api/health answers 200 instead of 401",
        "HTTP 502",
        "Logging.log raises: RPC failed",
        "tests/test_shop.py::TestCart::test_add fails",
        "a::b is no address",
        "the body {smoke, which is no JSON",
        "'healthChecks' is declared twice",
        "react@latest is not there",
        "es2022.test is not a function",
    ],
)
def test_names_words_and_statuses_stay(message: str) -> None:
    assert normal(message) == message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("expected 200, got 500", "expected 200, got 404"),
        ("error TS2307: no", "error TS2451: no"),
        ("d1-health is down", "d1-ops is down"),
        ("GET /api/orders fails", "GET /api/chats fails"),
    ],
)
def test_what_makes_another_failure_stays(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_a_count_that_could_be_a_status_is_a_count() -> None:
    assert normal("got 404 rows") == normal("got 405 rows") == "got # row"


def test_long_messages_are_cut_where_their_numbers_do_not_matter() -> None:
    long = normal("word 12345 " * 100)
    assert len(long) <= 300
    assert long == normal("word 7 " * 100)


SLOTS = st.one_of(
    st.uuids().map(str),
    st.uuids().map(lambda one: one.hex).filter(lambda one: not one.isalpha()),
    st.integers(0, 10**12).map(str),
    st.floats(0, 1e9).map(str),
    st.floats(0, 1e6).map(lambda ms: f"{ms:.1f} ms"),
    st.integers(0, 1000).map(lambda s: f"{s}s"),
    st.datetimes().map(lambda at: at.isoformat()),
    st.datetimes().map(lambda at: format_datetime(at.replace(tzinfo=UTC), usegmt=True)),
    st.datetimes().map(lambda at: f"{at:smoke-%m%d-%H%M%S}-{at.microsecond % 65536:04x}"),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str).filter(lambda address: any(map(str.isdigit, address))),
    st.integers(1, 65535).map(lambda port: f"localhost:{port}"),
    st.integers(1, 65535).map(lambda port: f"http://127.0.0.1:{port}"),
    st.integers(0, 2**64).map(hex),
    st.integers(0, 99).map(lambda number: f"worker-{number}@hq.example.com"),
    st.from_regex(r"/tmp/tmp[a-z0-9_]{8}", fullmatch=True),  # noqa: S108 - a text
    st.binary(min_size=24, max_size=48).map(lambda raw: base64.urlsafe_b64encode(raw).decode()).filter(
        lambda token: sum(a.isdigit() != b.isdigit() for a, b in pairwise(token)) > 6
        and token.lower() != token != token.upper() and not set(token) & set("-_=")
    ),
    st.just(MASK),
)  # fmt: skip
"""What is different in every run, in many forms."""

LEADS_TO_A_STATUS = {
    "got",
    "of",
    "or",
    "code",
    "status",
    "answer",
    "expected",
    "returned",
    "returns",
    "answers",
    "http",
}
WORDS = st.from_regex(r"[a-z]{3,9}", fullmatch=True).filter(lambda word: word not in LEADS_TO_A_STATUS)
SEPARATORS = st.sampled_from([" ", " (", ": ", " = ", ", ", " '"])


@st.composite
def templates(draw: st.DrawFn) -> list[str]:
    """Words with a place for a slot after some of them."""
    parts: list[str] = []
    for word in draw(st.lists(WORDS, min_size=1, max_size=5)):
        parts += [word, draw(SEPARATORS)]
        if draw(st.booleans()):
            parts += ["{}", draw(SEPARATORS)]
    return parts


def filled(template: list[str], slots: list[str]) -> str:
    values = iter(slots)
    return "".join(next(values) if part == "{}" else part for part in [*template, "end"])


@settings(max_examples=300)
@given(templates(), st.data())
def test_messages_that_differ_in_such_things_only_are_the_same(template: list[str], data: st.DataObject) -> None:
    count = template.count("{}")
    one, other = (data.draw(st.lists(SLOTS, min_size=count, max_size=count)) for _ in range(2))
    assert normal(filled(template, one)) == normal(filled(template, other))


@settings(max_examples=200)
@given(templates(), st.data())
def test_messages_with_other_words_are_not(template: list[str], data: st.DataObject) -> None:
    slots = data.draw(st.lists(SLOTS, min_size=template.count("{}"), max_size=template.count("{}")))
    word = data.draw(st.from_regex(r"[g-z]{5,9}", fullmatch=True))
    assume(word not in template and not word.endswith("s"))
    other = [word, *template[1:]]
    assert normal(filled(template, slots)) != normal(filled(other, slots))


@settings(max_examples=300)
@given(st.one_of(st.text(), st.lists(st.one_of(SLOTS, WORDS, st.text(max_size=5), SEPARATORS)).map("".join)))
def test_what_is_normal_stays_as_it_is(text: str) -> None:
    once = normal(text)
    assert normal(once) == once
    assert "\n" not in once
    assert len(once) <= 300
    assert MASK not in once


def test_a_large_message_is_read_quickly_however_it_is_made() -> None:
    for text in (
        "a.b" * 20_000,
        '{"' * 20_000,
        "1:" * 20_000,
        "a-" * 20_000,
        "'" * 20_000,
        "#," * 20_000,
        "http://" * 9_000,
    ):
        began = datetime.now(UTC)
        normal(text)
        assert (datetime.now(UTC) - began).total_seconds() < 2, text[:10]
