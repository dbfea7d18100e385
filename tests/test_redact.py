"""No secret survives, and ordinary words do."""

import base64
import html
import json
import re
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vibehq_smoke.redact import MASK, Redactor, names_a_secret

SECRETS = st.text(st.characters(codec="utf-8"), min_size=8, max_size=60).filter(
    lambda secret: bool(secret.strip()) and secret not in MASK and MASK not in secret
)
AROUND = st.text(st.characters(codec="utf-8"), max_size=40)


def encodings(secret: str) -> dict[str, str]:
    raw = secret.encode()
    return {
        "plain": secret,
        "url": quote(secret, safe=""),
        "url with slashes": quote(secret),
        "url, lower case": re.sub("%..", lambda code: code[0].lower(), quote(secret, safe="")),
        "form": quote_plus(secret),
        "json": json.dumps(secret)[1:-1],
        "json, not ascii": json.dumps(secret, ensure_ascii=False)[1:-1],
        "html": html.escape(secret),
        "base64": base64.b64encode(raw).decode(),
        "base64url": base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }


@given(SECRETS, AROUND, AROUND)
def test_no_secret_survives_in_any_encoding(secret: str, before: str, after: str) -> None:
    redactor = Redactor([secret])
    for form in encodings(secret).values():
        assume(form not in MASK)
        shown = redactor.text(before + form + after)
        assert form not in shown
        assert MASK in shown


@given(SECRETS, st.binary(max_size=5), st.binary(max_size=5))
def test_no_secret_survives_inside_longer_base64(secret: str, before: bytes, after: bytes) -> None:
    packed = base64.b64encode(before + secret.encode() + after).decode()
    shown = Redactor([secret]).text(packed)
    assert MASK in shown
    kept = shown.replace(MASK, "")
    assert len(kept) <= len(packed) - (len(secret.encode()) * 8 // 6 - 2)


@given(SECRETS)
def test_no_secret_survives_in_json_headers_urls_or_bodies(secret: str) -> None:
    redactor = Redactor([secret])
    assume(quote(secret, safe="") not in MASK)
    shown = json.dumps(redactor.json({"note": f"<{secret}>", secret: [secret, {"deep": secret}]}), ensure_ascii=False)
    assert secret not in shown
    assert quote(secret, safe="") not in redactor.url(f"http://h/{quote(secret, safe='')}?q={quote(secret, safe='')}")
    assert secret not in redactor.headers({"Server": secret})["Server"]
    assert json.dumps(secret) not in redactor.body(json.dumps({"message": secret}))


def test_secrets_are_learned_on_the_way() -> None:
    redactor = Redactor()
    assert redactor.text("id abcdefgh-1") == "id abcdefgh-1"
    redactor.add("abcdefgh-1")
    assert redactor.text("id abcdefgh-1") == f"id {MASK}"
    assert redactor.headers({"server": "abcdefgh-1"}) == {"server": MASK}


def test_headers_shown_before_a_secret_was_learned_are_looked_at_again() -> None:
    redactor = Redactor()
    assert redactor.headers({"Server": "abcdefgh-1"}) == {"Server": "abcdefgh-1"}
    redactor.add("abcdefgh-1")
    assert redactor.headers({"Server": "abcdefgh-1"}) == {"Server": MASK}


def test_the_longer_of_two_nested_secrets_wins() -> None:
    assert Redactor(["password", "password-and-more"]).text("password-and-more") == MASK


def test_short_secrets_are_masked_as_words_only_and_tiny_ones_not() -> None:
    redactor = Redactor(["admin", "ab", "", "   "])
    assert redactor.text("admin administrators ab ") == f"{MASK} administrators ab "


def test_named_secrets_become_shell_variables() -> None:
    redactor = Redactor()
    redactor.add("abcdefgh-1", "TOKEN")
    assert redactor.as_variables("Bearer abcdefgh-1") == "Bearer $TOKEN"


@pytest.mark.parametrize(
    "text",
    [
        "Bearer abc.def-ghi_123",
        "bearer 0123456789abcdef",
        "Basic dXNlcjpwYXNzd29yZA==",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxI",
        "-----BEGIN PRIVATE KEY-----\nMIIE\nabc\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE cut off",
        "AKIAIOSFODNN7EXAMPLE",
        "xoxb-123456789012-abcdef",
        "ghp_0123456789abcdefghij",
        "ghs_0123456789abcdefghij",
        "github_pat_11ABCDEFG0123456789_abc",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    shown = Redactor().text(f"before {text} after")
    assert shown.startswith("before ")
    assert MASK in shown
    assert text.split()[-1] not in shown


@pytest.mark.parametrize(
    "text",
    [
        "Bearer authentication is required",
        "the basic idea of it",
        "Basic auth",
        "Invalid or expired session",
        'WWW-Authenticate: Bearer realm="api"',
        "ghost_writer and gh_pages",
        "const token = event.token; let authToken=next.key;",
        "smoke-1122-113045-ab12",
        "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert Redactor(["hunter2-hunter2"]).text(text) == text


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        *((key, True) for key in ("token", "accessToken", "sessionId", "session_id", "API_KEY", "apiKey", "password")),
        *((key, True) for key in ("X-CSRF-Token", "authorization", "clientSecret", "cookie", "refresh-token", "JWT")),
        *((key, False) for key in ("tokens_used", "token_count", "author", "keyboard", "monkey", "sessionExpiresAt")),
        *((key, False) for key in ("expiresIn", "health_check_uuid", "message", "status", "headerName", "passed", "")),
    ],
)
def test_keys_that_name_a_secret(key: str, secret: bool) -> None:
    assert names_a_secret(key) is secret


def test_json_values_under_telling_keys_are_masked_at_any_depth() -> None:
    given_ = {
        "data": {"sessionId": "s-1", "expiresAt": "2026-01-01", "user": {"email": "a@b.c"}},
        "tokens_used": 12,
        "token": 5,
        "credentials": {"user": "u", "pin": "1234", "type": "basic"},
        "sessions": [{"id": "s-2", "userAgent": "x"}],
        "keys": ["k-1", "k-2"],
        "auth": {"status": "working"},
    }
    assert Redactor().json(given_) == {
        "data": {"sessionId": MASK, "expiresAt": "2026-01-01", "user": {"email": "a@b.c"}},
        "tokens_used": 12,
        "token": 5,
        "credentials": {"user": MASK, "pin": MASK, "type": "basic"},
        "sessions": [{"id": MASK, "userAgent": "x"}],
        "keys": [MASK, MASK],
        "auth": {"status": "working"},
    }


def test_json_that_is_nested_too_deeply_is_masked_not_followed() -> None:
    deep: object = "bottom"
    for _ in range(500):
        deep = [deep]
    assert "bottom" not in json.dumps(Redactor().json(deep))
    assert "bottom" not in Redactor().body('{"token": ' + "[" * 5000 + '"bottom"')[:100]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"token":"abc"}', f'{{"token": "{MASK}"}}'),
        ('{"ok":true}', '{"ok":true}'),
        ('{"data":{"sessionId":"abc","x":"cut o', f'{{"data":{{"sessionId":"{MASK}","x":"cut o'),
        ('{"sessionId":"cut of', f'{{"sessionId":"{MASK}'),
        ('{"raw":"{\\"token\\":\\"abc\\"}","x', f'{{"raw":"{{\\"token\\":\\"{MASK}\\"}}","x'),
        ("a=1&password=abc&b=2", f"a=1&password={MASK}&b=2"),
        ("Error: token=abc, retrying", f"Error: token={MASK}, retrying"),
        ('{"raw":"{\\"token\\":\\"abc\\"}"}', f'{{"raw": "{{\\"token\\": \\"{MASK}\\"}}"}}'),
    ],
)
def test_bodies_are_masked_by_key(body: str, shown: str) -> None:
    assert Redactor().body(body) == shown


@pytest.mark.parametrize(
    "hostile",
    [
        '\\"token\\":\\"' + "\\" * 200_000,
        "token" + "a" * 200_000,
        '"token":"' * 20_000,
        '\\"token\\":' * 20_000,
        "-----BEGIN " * 20_000 + "token",
        "Bearer " + " " * 200_000,
        "eyJ" * 60_000,
    ],
)
def test_hostile_text_costs_no_more_than_its_length(hostile: str) -> None:
    began = time.process_time()
    assert Redactor(["hunter2-hunter2"]).body(hostile)
    assert time.process_time() - began < 10


def test_the_plain_gate_leaves_documents_as_they_are() -> None:
    document = '{"auth": {"token": "by key only"},\n  "x": "token=1"}'
    assert Redactor(["something-else"]).text(document) == document


def test_headers_pass_an_allow_list() -> None:
    shown = Redactor().headers(
        {
            "Content-Type": "application/json",
            "Authorization": "Bearer abc",
            "X-Session-Token": "abc",
            "X-Unknown": "abc",
            "Cookie": "session=abc; csrf-token=def",
            "Set-Cookie": "accessToken=abc; HttpOnly",
            "Location": "https://u:p@host/x?token=abc&a=1",
            "X-RateLimit-Limit": "120",
        }
    )
    assert shown == {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {MASK}",
        "X-Session-Token": MASK,
        "X-Unknown": MASK,
        "Cookie": f"session={MASK}; csrf-token={MASK}",
        "Set-Cookie": f"accessToken={MASK}",
        "Location": f"https://{MASK}@host/x?token={MASK}&a=1",
        "X-RateLimit-Limit": "120",
    }


def test_too_many_headers_are_cut() -> None:
    assert len(Redactor().headers({f"X-{number}": "a" for number in range(500)})) == 40


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://localhost:1/a?limit=5&offset=0", "http://localhost:1/a?limit=5&offset=0"),
        ("http://u:p@h/a", f"http://{MASK}@h/a"),
        ("/a?access_token=x&b=1#token=y", f"/a?access_token={MASK}&b=1#token={MASK}"),
        ("http://[::1", "http://[::1"),
        ("http://[::1/?a=b", "http://[::1/?a=b"),
    ],
)
def test_urls(url: str, shown: str) -> None:
    assert Redactor().url(url) == shown
