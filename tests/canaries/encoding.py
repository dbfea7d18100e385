"""The ways in which a text travels."""

from __future__ import annotations

import base64
import html
import json
import textwrap
from collections.abc import Callable
from urllib.parse import quote

from .kinds import Canary

Way = Callable[[str], str]


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _partly(text: str) -> str:
    return "".join(_percent(one) if number % 3 == 0 else quote(one, safe="") for number, one in enumerate(text))


def _codes(text: str) -> str:
    return "".join(f"\\u{ord(one):04x}" for one in text)


def _partly_coded(text: str) -> str:
    return "".join(_codes(one) if number % 2 else json.dumps(one)[1:-1] for number, one in enumerate(text))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


WAYS: dict[str, Way] = {
    "plain": str,
    "base64": _base64,
    "base64, second alignment": lambda text: _base64(f"={text} and more"),
    "base64, third alignment": lambda text: _base64(f": {text} and more"),
    "base64, without padding": lambda text: _base64(text).rstrip("="),
    "base64, for URLs": lambda text: base64.urlsafe_b64encode(f"user?{text}".encode()).decode(),
    "base64, in lines": lambda text: "\n".join(textwrap.wrap(_base64(f"{'a line before it. ' * 5}{text}"), 76)),
    "base64 twice": lambda text: _base64(_base64(text)),
    "base64 of escaped": lambda text: _base64(_codes(text)),
    "URL": lambda text: quote(text, safe=""),
    "URL, every character": _percent,
    "URL, lower case": lambda text: _percent(text).lower(),
    "URL, partly": _partly,
    "URL twice": lambda text: quote(quote(text, safe=""), safe=""),
    "URL of base64": lambda text: quote(_base64(text), safe=""),
    "JSON": _escaped,
    "JSON, every character": _codes,
    "JSON, partly": _partly_coded,
    "JSON, slashes": lambda text: _escaped(text).replace("/", "\\/"),
    "JSON twice": lambda text: _escaped(_escaped(text)),
    "JSON three times": lambda text: _escaped(_escaped(_escaped(text))),
    "HTML": html.escape,
    "HTML, every character": lambda text: "".join(f"&#x{ord(one):x};" for one in text),
}

CARRIERS: dict[str, Way] = {
    "alone": str,
    "a sentence": lambda text: f"connecting with {text} failed, giving up",
    "a harmless key": lambda text: json.dumps({"message": "no", "detail": {"note": f"see {text}"}}),
    "a list": lambda text: json.dumps([1, [text, "x"]]),
    "JSON in JSON": lambda text: json.dumps({"raw": json.dumps({"note": text})}),
    "cut off": lambda text: json.dumps({"data": [{"note": text}]})[:-3],
    "XML": lambda text: f"<a><note>{text}</note></a>",
    "HTML": lambda text: f"<html><body><p class='x'>{text}</p><!-- {text} --></body></html>",
    "a log": lambda text: f"2026-01-01T00:00:00Z ERROR hq.api: sent {text}\n  and more",
    "an exception": lambda text: f"ValueError: invalid value {text!r}",
    "a path": lambda text: f"[Errno 2] No such file or directory: '/srv/{text}/app.py'",
}
"""Where nothing around the secret says that it is one."""

TELLING: dict[str, Callable[[str, str], str]] = {
    "JSON": lambda key, text: json.dumps({"data": {key: text, "ok": True}}),
    "JSON in JSON": lambda key, text: json.dumps({"raw": json.dumps({key: text})}),
    "JSON, cut off": lambda key, text: json.dumps({"x": 1, key: text})[:-2],
    "JSON in a sentence": lambda key, text: f"rejected {json.dumps({key: text})} as invalid",
    "form": lambda key, text: f"a=1&{key}={quote(text, safe='')}&b=2",
    "XML": lambda key, text: f"<config><{key}>{html.escape(text)}</{key}></config>",
    "HTML": lambda key, text: f'<form><input type="hidden" name="{key}" value="{html.escape(text)}"></form>',
    "a line": lambda key, text: f"using\n{key}: {text}\nto sign in",
    "a log": lambda key, text: f"2026-01-01T00:00:00Z WARN sent {key}={text} to it",
    "Python": lambda key, text: f"KeyError: no user in { {key: text}!r}",
    "Python headers": lambda key, text: f"got {[('accept', 'x'), (key, text)]!r}",
    "an option": lambda key, text: f"ran: tool --{key.lower().replace('_', '-')} {text} --quiet",
    "a cookie": lambda key, text: f"Cookie: theme=dark; {key}={text}; x=y",
}
"""Where a key says that it is a secret."""


def planted(canary: Canary, carrier: str, way: str) -> str:
    """A text with the canary in it."""
    if canary.look == "key":
        return WAYS[way](TELLING[carrier](canary.key, canary.text))
    return CARRIERS[carrier](WAYS[way](canary.text))
