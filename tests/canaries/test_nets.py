"""Every canary in every encoding, wherever it may stand: none comes through, and no net is there for nothing."""

import itertools
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.redact import MASK, Redactor

from .encoding import CARRIERS, TELLING, WAYS, planted
from .kinds import Canary, canaries
from .searching import leaks_in

ALL = canaries()
KNOWN = [canary.text for canary in ALL if canary.look == "known"]


def redactor_for(canary: Canary, kind: type[Redactor] = Redactor) -> Redactor:
    return kind(KNOWN if canary.look == "known" else ())


def carriers(canary: Canary) -> list[str]:
    return list(TELLING if canary.look == "key" else CARRIERS)


def test_there_are_enough_canaries_and_all_differ() -> None:
    assert len({canary.kind for canary in ALL}) == len({canary.core for canary in ALL}) == len(ALL)
    assert len(ALL) >= 40
    assert {canary.look for canary in ALL} == {"form", "key", "known"}


@pytest.mark.parametrize("canary", ALL, ids=lambda canary: canary.kind)
def test_no_canary_comes_through_in_any_encoding(canary: Canary) -> None:
    for carrier, way in itertools.product(carriers(canary), WAYS):
        text = planted(canary, carrier, way)
        assert leaks_in(text, [canary]), f"{carrier}, {way}: the search does not find what was planted"
        shown = redactor_for(canary).body(text)
        assert not leaks_in(shown, [canary]), f"{carrier}, {way}: {shown!r}"


@pytest.mark.parametrize("canary", [one for one in ALL if one.look != "key"], ids=lambda canary: canary.kind)
def test_no_canary_passes_the_last_gate(canary: Canary) -> None:
    for way in WAYS:
        shown = redactor_for(canary).text(planted(canary, "a sentence", way))
        assert not leaks_in(shown, [canary]), f"{way}: {shown!r}"


@pytest.mark.parametrize("canary", ALL, ids=lambda canary: canary.kind)
def test_no_canary_is_in_a_url_or_in_headers(canary: Canary) -> None:
    redactor, opaque = redactor_for(canary), quote(canary.text, safe="")
    shown = [
        redactor.url(f"https://user:{opaque}@h.invalid/a?{canary.key}={opaque}&b=1#{canary.key}={opaque}"),
        redactor.url(f"/a?{canary.key}={opaque}"),
        *redactor.headers(
            {"Cookie": f"a={opaque}; {canary.key}={opaque}", "Authorization": opaque, "X-Own": opaque}
        ).values(),
        *redactor.headers({"Set-Cookie": f"a={opaque}; Path=/", "Location": f"/x?{canary.key}={opaque}"}).values(),
        *redactor.headers({"Cookie": opaque, "Set-Cookie": opaque, "Proxy-Authorization": f"Own {opaque}"}).values(),
    ]
    if canary.look != "key":
        shown += [redactor.url(f"https://h.invalid/a/{opaque}/b"), redactor.url(f"/a?note={opaque}")]
        shown += [str(redactor.headers(dict.fromkeys(("Server", "ETag", "X-Request-Id", opaque), opaque)))]
    assert leaks_in("\n".join(shown), [canary]) == []


@given(
    st.sampled_from([one for one in ALL if one.look != "key"]),
    st.lists(st.sampled_from(list(WAYS)), min_size=1, max_size=2),
)
def test_no_canary_comes_through_encoded_in_one_way_after_the_other(canary: Canary, ways: list[str]) -> None:
    text = f"see {canary.text} there"
    for way in ways:
        text = WAYS[way](text)
    assert leaks_in(redactor_for(canary).text(f"got {text} back"), [canary]) == []


def without(net: str) -> type[Redactor]:
    """A redactor that lacks one of its nets."""
    return type("Lacking", (Redactor,), {net: lambda *_: iter(())})


@pytest.mark.parametrize(
    ("net", "look", "way"),
    [
        ("by_value", "known", "plain"),
        ("by_form", "form", "plain"),
        ("by_key", "key", "plain"),
        ("by_unpacking", "form", "base64"),
        ("by_unveiling", "form", "URL, every character"),
        ("by_unveiling", "known", "URL, partly"),
    ],
)
def test_without_a_net_canaries_come_through(net: str, look: str, way: str) -> None:
    lacking = without(net)
    through = [
        canary.kind
        for canary in ALL
        if canary.look == look
        and any(
            leaks_in(redactor_for(canary, lacking).body(planted(canary, carrier, way)), [canary])
            for carrier in carriers(canary)
        )
    ]
    assert len(through) >= 4, f"without this net only {through} came through"


def test_a_secret_that_gave_itself_away_is_masked_everywhere_from_then_on() -> None:
    redactor, secret = Redactor(), "Zk3" + "q9Lr" * 5
    assert secret in redactor.text(f"see {secret}")
    redactor.body(json.dumps({"data": {"refreshToken": secret}}))
    assert redactor.text(f"see {secret}") == f"see {MASK}"
    assert redactor.leaks(quote(quote(f"+{secret}+", safe=""), safe=""))


def test_the_beginning_of_a_known_secret_is_masked_where_a_text_was_cut() -> None:
    secret = "Zk3" + "q9Lr" * 5
    assert Redactor([secret]).text(f"see {secret[:14]}…") == f"see {MASK}…"
    assert Redactor([secret]).text(f"see {secret[:14]} there") == f"see {secret[:14]} there"


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_last_question_sees_through_encodings(depth: int) -> None:
    text = secret = 'p"<&>\\/+ Zk3q9LrZk3q9Lr'
    for _ in range(depth):
        text = json.dumps(text)[1:-1].replace("Z", "\\u005a")
    assert Redactor([secret]).leaks(f"<p>{text}</p>")
    assert not Redactor([secret + "x"]).leaks(f"<p>{text}</p>")


ORDINARY = (
    "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
    "b6da84bfcca04776de16e2f2e23cf28d404fb1a2",
    "3e5da494c2b858f2768f8bbcb938339dd7612b29f785a44c0123456789abcdef",
    "finding 1-0123456789abcdef, aliases 0-fedcba9876543210",
    "run 1123-003418-ae56 in smoke-1122-113045-ab12",
    "2026-11-23T00:34:18.123456+00:00",
    "d1-ops: 00000000-0000-4000-8000-000000000001",
    "bookmark 00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683",
    "vibehq-smoke==0.1.0, pytest-9.2.0-py3-none-any.whl, @cloudflare/workers-types@4.20250109.0",
    "/srv/work/core-vibe-hq/orchestrator/workers/health-protocol/src/handlers/acknowledgement-timeouts.ts:120:14",
    "https://github.com/owner/core-vibe-hq/actions/runs/1234567890123/job/9876543210987#step:5:120",
    "git+ssh://git@github.com/owner/repo.git and https://user@h.invalid and mailto:someone@h.invalid",
    "aGVsbG8gd29ybGQsIHRoaXMgaXMgaGFybWxlc3MgdGV4dCBpbiBiYXNlNjQ=",
    "eyJtZXNzYWdlIjoiaGVsbG8gd29ybGQiLCJjb3VudCI6M30=",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "risk-assessment-of-the-delivery-pipeline, sk-loading-spinner-container, task-0123456789-of-today",
    "monkey-patching: the author's keyboard, keynote=12 and tokens_used: 123456",
    "token: required, password: missing, session: expired, key: not found, Authorization: required",
    "Content-Security-Policy: default-src 'self'; img-src data:",
    "%7B%22message%22%3A%22all%20is%20well%22%7D and \\u0041\\n&amp;&#39;",
    '{"id": "0f8fad5b-d9cb-469f-a165-70867728950e", "status": "working", "key_count": 3, "author": "someone"}',
    "<input name=\"q\" value=\"search me\"><meta name='viewport' content='width=device-width'>",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    redactor = Redactor(KNOWN)
    assert redactor.body(text) == text
    assert redactor.text(text) == text
    assert not redactor.leaks(text)
