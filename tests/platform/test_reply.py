"""What ``expect`` says of an answer: content type, status, shape, in words a person can act on."""

import json
import time
from typing import Annotated, Any

import pytest

from vibehq_smoke.errors import Skipped, Violation
from vibehq_smoke.platform import Dialect, Paths, Recorder, Reply
from vibehq_smoke.platform.headers import Headers
from vibehq_smoke.redact import Redactor

HTML = b"<!doctype html><html><script>alert(1)</script></html>"


class Status(Dialect):
    ok: Annotated[bool, Paths("ok", "success")]


def reply(
    content: bytes | Any,
    *,
    status: int = 200,
    content_type: str = "application/json",
    method: str = "GET",
    path: str = "/api/health",
    secrets: tuple[str, ...] = (),
    hint: str = "",
) -> Reply:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = Headers([("Content-Type", content_type)] if content_type else [])
    recorder = Recorder(time.monotonic(), Redactor(secrets))
    return Reply(status, headers, body, 1.0, f"http://localhost{path}", method, path, recorder, hint)


def violation(answer: Reply, model: type[Status] | None = None, status: int | tuple[int, ...] = 200) -> Violation:
    with pytest.raises(Violation) as caught:
        answer.expect(model, status=status)
    return caught.value


def test_a_good_answer_becomes_the_model() -> None:
    answer = reply({"ok": True})
    assert answer.expect(Status).ok is True
    assert answer.expect() == {"ok": True}
    assert answer.recorder.drifts == []


def test_another_dialect_degrades_the_check() -> None:
    answer = reply({"success": True})
    assert answer.expect(Status).ok is True
    assert answer.recorder.drifts == ["GET /api/health: found at `success`, expected at `ok` (dialect)"]


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;x=y"]
)
def test_parameters_of_the_content_type_do_not_matter(content_type: str) -> None:
    assert reply({"ok": True}, content_type=content_type).expect(Status).ok is True


def test_no_content_is_none_when_it_is_expected() -> None:
    assert reply(b"", status=204, content_type="").expect(status=(200, 204)) is None


@pytest.mark.parametrize("status", [200, 404, 500])
def test_html_on_an_api_path_is_the_fallback_whatever_the_status(status: int) -> None:
    broken = violation(reply(HTML, status=status, content_type="text/html; charset=utf-8"), status=status)
    assert broken.kind == "spa-fallback"
    assert f"answered {status} with an HTML page" in str(broken)


def test_an_empty_405_is_the_fallback_and_a_405_in_json_is_an_answer() -> None:
    assert violation(reply(b"", status=405, content_type="", method="POST"), status=405).kind == "spa-fallback"
    assert reply({"ok": False}, status=405, method="POST").expect(status=405) == {"ok": False}


def test_html_elsewhere_is_a_wrong_content_type() -> None:
    assert violation(reply(HTML, content_type="text/html", path="/diagnostics")).kind == "content-type"


def test_plain_text_is_a_wrong_content_type() -> None:
    broken = violation(reply(b'{"ok": true}', content_type="text/plain"), Status)
    assert broken.kind == "content-type"
    assert "expected application/json, got text/plain" in str(broken)


def test_a_missing_content_type_is_named() -> None:
    assert "no content type" in str(violation(reply(b"{}", content_type="")))


def test_a_wrong_status_says_what_was_asked_expected_and_came() -> None:
    broken = violation(reply({"ok": False, "error": "down"}, status=500), Status, status=(200, 201))
    assert broken.kind == "status"
    assert str(broken) == ('GET /api/health: expected 200 or 201, got 500\nbody: {"ok": false, "error": "down"}')


@pytest.mark.parametrize(
    ("body", "content_type", "cause"),
    [
        ({"error": {"message": "CSRF validation failed"}}, "application/json", "the CSRF pair was refused"),
        (b"Access denied: no direct IP", "text/plain", "the host rule"),
        ({"success": False, "error": {"message": "no", "name": "Forbidden"}}, "application/json", "by a policy"),
    ],
)
def test_a_403_says_which_cause_it_has(body: Any, content_type: str, cause: str) -> None:
    broken = violation(reply(body, status=403, content_type=content_type))
    assert broken.kind == "status"
    assert cause in str(broken)


def test_an_expected_403_is_no_violation() -> None:
    body = {"error": {"message": "CSRF validation failed"}}
    assert reply(body, status=403).expect(status=403) == body


def test_a_401_without_a_configured_credential_is_skipped_with_what_to_set() -> None:
    body = {"error": "Authentication required"}
    answer = reply(body, status=401, hint="no session: set kind in [x]")
    with pytest.raises(Skipped, match=r"^no session: set kind in \[x\]$"):
        answer.expect()
    assert answer.expect(status=401) == body
    assert violation(reply(body, status=401)).kind == "status"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b'{"ok": tru', "not JSON"),
        (b"", "not JSON"),
        (b'{"ok": NaN}', "NaN is not allowed"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"ok": "\xe4"}', "not UTF-8 at byte 8"),
        ('{"ok": true}'.encode("utf-16"), "not UTF-8"),
        (b"9" * 5000, "not JSON"),
    ],
)
def test_what_is_no_json_is_named(content: bytes, text: str) -> None:
    broken = violation(reply(content))
    assert broken.kind == "json"
    assert text in str(broken)


def test_a_wrong_charset_is_named() -> None:
    answer = reply("{'ä'}".encode("latin-1"), content_type="application/json; charset=iso-8859-1")
    assert "declared charset: iso-8859-1" in str(violation(answer))


def test_a_byte_order_mark_is_forgiven() -> None:
    assert reply(b'\xef\xbb\xbf{"ok": true}').expect(Status).ok is True


def test_json_that_only_pydantic_refuses_is_a_violation_too() -> None:
    broken = violation(reply(b'{"ok": "\\ud800"}'), Status)
    assert broken.kind == "shape"


def test_a_wrong_shape_names_place_value_and_what_is_allowed() -> None:
    broken = violation(reply({"ok": "yes"}), Status)
    assert broken.kind == "shape"
    assert str(broken) == 'GET /api/health: `ok` is "yes" (string), allowed: a valid boolean'


def test_the_text_uses_the_declared_charset_and_never_fails() -> None:
    assert reply("ä".encode("latin-1"), content_type="text/plain; charset=ISO-8859-1").text == "ä"
    assert reply("ä".encode("latin-1"), content_type="text/plain; charset=no-such").text == "\ufffd"
    assert reply("ä".encode(), content_type='text/plain; charset="UTF8"').text == "ä"


def test_messages_hold_no_secret_and_nothing_a_terminal_would_obey() -> None:
    body = {"error": "\x1b[31mred", "detail": "my-secret-value", "token": "other"}
    message = str(violation(reply(body, status=500, secrets=("my-secret-value",))))
    assert "my-secret-value" not in message
    assert "other" not in message
    assert "\x1b" not in message
    message = str(violation(reply({"ok": "my-secret-value"}, secrets=("my-secret-value",)), Status))
    assert "my-secret-value" not in message


def test_its_repr_holds_neither_body_nor_secrets() -> None:
    answer = reply({"token": "my-secret-value"}, path="/api/x?key=my-secret-value", secrets=("my-secret-value",))
    assert repr(answer) == "<GET /api/x?key=[REDACTED]: 200>"


def test_messages_stay_short() -> None:
    message = str(violation(reply({"error": "x" * 100_000}, status=500)))
    assert len(message) < 600
    assert len(message.splitlines()) <= 2
