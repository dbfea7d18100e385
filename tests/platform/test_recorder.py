"""Evidence: complete, clipped, redacted, and with a command line that repeats it."""

import shlex
import time

from vibehq_smoke.platform import Recorder
from vibehq_smoke.platform.headers import Headers
from vibehq_smoke.platform.recorder import BODY_CHARACTERS, MOST_EVIDENCE
from vibehq_smoke.platform.wire import Origin, Request, Transit
from vibehq_smoke.redact import MASK, Redactor

ORIGIN = Origin("http", "localhost", 8787)
SECRET = "very-secret-value"


def recorder(*secrets: str) -> Recorder:
    return Recorder(time.monotonic(), Redactor(secrets))


def transit(body: bytes = b"{}", *, status: int | None = 200) -> Transit:
    headers = Headers([("content-type", "application/json"), ("x-odd", "1")])
    return Transit(status, headers, bytearray(body), len(body), 1.0, 2.0, 3.0)


def post(body: bytes = b"", **headers: str) -> Request:
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request("POST", ORIGIN, "/api/x?a=1", fields, body)


def test_an_exchange_is_kept_whole() -> None:
    seen = recorder()
    seen.exchange(post(b'{"a": 1}', Content_Type="application/json"), transit(b'{"b": 2}'), started_s=1.5)
    (evidence,) = seen.evidence
    assert evidence.kind == "http"
    assert evidence.summary == "POST /api/x?a=1 → 200 in 3 ms"
    assert evidence.started_s == 1.5
    exchange = evidence.exchange
    assert exchange is not None
    assert (exchange.method, exchange.url, exchange.status) == ("POST", "http://localhost:8787/api/x?a=1", 200)
    assert (exchange.request_body, exchange.response_body) == ('{"a": 1}', '{"b": 2}')
    assert exchange.response_headers == {"content-type": "application/json", "x-odd": MASK}
    assert (exchange.timing.connect_ms, exchange.timing.first_byte_ms, exchange.timing.total_ms) == (1.0, 2.0, 3.0)
    assert not exchange.clipped


def test_a_broken_exchange_says_how_it_broke() -> None:
    seen = recorder()
    seen.exchange(post(), transit(b"", status=None), started_s=0.0, error="nothing listens")
    exchange = seen.evidence[0].exchange
    assert exchange is not None
    assert exchange.status is None
    assert exchange.response_body is None
    assert exchange.error == "nothing listens"
    assert "nothing listens" in seen.evidence[0].summary


def test_secrets_are_masked_everywhere_in_an_exchange() -> None:
    seen = recorder(SECRET)
    request = Request(
        "POST",
        ORIGIN,
        f"/api/{SECRET}?k={SECRET}",
        (("Authorization", f"Bearer {SECRET}"), ("X-A", SECRET)),
        SECRET.encode(),
    )
    answer = transit(f'{{"x": "{SECRET}"}}'.encode())
    answer.headers.append("Server", SECRET)
    seen.exchange(request, answer, started_s=0.0, error=f"it said {SECRET}")
    assert SECRET not in seen.evidence[0].model_dump_json()


def test_large_bodies_are_clipped_and_no_secret_is_cut_in_two() -> None:
    for start in range(BODY_CHARACTERS - 20, BODY_CHARACTERS + 5):
        body = "x" * start + SECRET + "y" * 100_000
        seen = recorder(SECRET)
        seen.exchange(post(), transit(body.encode()), started_s=0.0)
        exchange = seen.evidence[0].exchange
        assert exchange is not None
        assert exchange.response_body is not None
        assert len(exchange.response_body) <= BODY_CHARACTERS
        assert exchange.clipped
        assert SECRET[:6] not in exchange.response_body


def test_a_secret_at_the_place_where_a_long_body_is_cut_does_not_show_through_many_masks() -> None:
    body = SECRET * 400 + "z" * 20_000
    seen = recorder(SECRET)
    seen.exchange(post(), transit(body.encode()), started_s=0.0)
    assert SECRET[:6] not in seen.evidence[0].model_dump_json()


def test_evidence_is_bounded_and_says_what_was_left_out() -> None:
    seen = recorder()
    for number in range(MOST_EVIDENCE + 7):
        if number % 2:
            seen.add("note", f"number {number}")
        else:
            seen.exchange(post(), transit(), started_s=0.0)
    assert len(seen.evidence) == MOST_EVIDENCE
    assert seen.notes == ["7 more pieces of evidence were left out"]


def test_the_command_line_repeats_the_request_and_the_shell_fills_in_the_secrets() -> None:
    seen = recorder()
    seen.redactor.add(SECRET, "TOKEN")
    cookie = f"session={SECRET}; other=unknown-cookie"
    body = b'{"it": "isn\'t $HOME `x`"}'
    request = post(body, Authorization=f"Bearer {SECRET}", Cookie=cookie, X_Note="it's $HOME")
    seen.exchange(request, transit(), started_s=0.0)
    exchange = seen.evidence[0].exchange
    assert exchange is not None
    assert SECRET not in exchange.curl
    assert '-H "Authorization: Bearer $TOKEN"' in exchange.curl
    assert f'-H "Cookie: session=$TOKEN; other={MASK}"' in exchange.curl
    words = shlex.split(exchange.curl)
    assert words[:5] == ["curl", "-sS", "-X", "POST", "http://localhost:8787/api/x?a=1"]
    assert words[-2:] == ["--data-raw", '{"it": "isn\'t $HOME `x`"}']


def test_a_get_needs_no_method_and_a_long_body_comes_from_a_file() -> None:
    seen = recorder()
    seen.exchange(Request("GET", ORIGIN, "/a"), transit(), started_s=0.0)
    seen.exchange(post(b"x" * 50_000), transit(), started_s=0.0)
    lines = [evidence.exchange.curl for evidence in seen.evidence if evidence.exchange]
    assert lines[0] == "curl -sS http://localhost:8787/a"
    assert lines[1].endswith("--data-binary @body.json")


def test_notes_reasons_and_details_are_redacted() -> None:
    seen = recorder(SECRET)
    seen.note(f"note {SECRET}")
    seen.degraded(f"slow {SECRET}")
    seen.degraded(f"slow {SECRET}")
    seen.add("sql", f"select {SECRET}", [{"a": SECRET, "token": "t"}])
    assert seen.notes == [f"note {MASK}"]
    assert seen.drifts == [f"slow {MASK}"]
    assert seen.evidence[0].summary == f"select {MASK}"
    assert seen.evidence[0].detail == f'[{{"a": "{MASK}", "token": "{MASK}"}}]'


def test_text_from_the_target_is_made_visible() -> None:
    seen = recorder()
    seen.exchange(post(), transit(b"\x1b[2J\xff\x00 \xe2\x80\xae ok\nline"), started_s=0.0)
    exchange = seen.evidence[0].exchange
    assert exchange is not None
    assert exchange.response_body == "\\x1b[2J\ufffd\\x00 \\u202e ok\nline"


def test_what_is_waited_for_is_known_while_it_lasts() -> None:
    seen = recorder()
    waits = [seen.waiting_for]
    with seen.waiting("the first"):
        with seen.waiting("the second"):
            waits.append(seen.waiting_for)
        waits.append(seen.waiting_for)
    waits.append(seen.waiting_for)
    assert waits == [None, "the second", "the first", None]
