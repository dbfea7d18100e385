"""Redaction that keeps a recording replayable: a secret becomes another text of the same form, everywhere the same.

A session id that comes in one answer and is looked for in another must still be the same in both; a uuid must still
be one. The key is thrown away, so nobody gets back from the stand-in to the secret.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import re
import secrets
from typing import Any

from ..redact import MASK, Redactor, names_a_secret

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f-]+\Z")
_OPEN_HEADERS = frozenset(
    ("content-type", "content-length", "date", "etag", "retry-after", "allow", "location", "server", "vary")
)
_BEARER = re.compile(
    r"((?<![A-Za-z0-9])(?:[Bb]earer|BEARER|[Bb]asic)\s+)((?=[A-Za-z]*[0-9._~+/=-])[\w.~+/=-]{8,}|[A-Za-z]{20,})"
)
_PLAIN = re.compile(r"[\w.~+/=-]+\Z")
_LONG_WORD = 24
_HARMLESS = frozenset(("", "none", "true", "false", "ok", "missing", "configured", "unset", "set"))


class Pseudonyms:
    """Stand-ins for the secrets that ``redactor`` knows, and for what stands under keys that name one."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._judge = Redactor()
        """Finds what stands under telling keys. What it takes for a secret may be a stand-in, so it is another one."""
        self._key = secrets.token_bytes(32)
        self._made_up: dict[str, str] = {}
        self._given: set[str] = set()
        """Every stand-in: it needs none itself."""
        self._keys: dict[str, str] = {}
        self._known: dict[str, str] = {}
        """Those that are looked for in every text."""

    def of(self, secret: str) -> str:
        """The stand-in for ``secret``: digits for digits, letters for letters, the rest as it is."""
        if secret in self._given:
            return secret
        if secret not in self._made_up:
            self._made_up[secret] = self._made(secret)
            self._given.add(self._made_up[secret])
        return self._made_up[secret]

    def learn(self, value: Any) -> None:
        """Remember every text under a telling key in ``value``, so that it is found wherever else it stands."""
        if isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(inner, str) and names_a_secret(str(key)) and not _is_harmless(inner):
                    self._known[inner] = self.of(inner)
                self.learn(inner)
        elif isinstance(value, list):
            for inner in value:
                self.learn(inner)
        elif isinstance(value, str) and value[:1] in ("{", "["):
            with contextlib.suppress(ValueError, RecursionError):
                self.learn(json.loads(value))

    def clean(self, value: Any, *, code: bool = False) -> Any:
        """A copy of JSON in which no text holds a secret; in ``code``, a telling name says nothing of what follows."""
        if isinstance(value, dict):
            return {self._key_text(key): self.clean(inner, code=code) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.clean(inner, code=code) for inner in value]
        if isinstance(value, str):
            return self.text(value) if code else self.body(value)
        return value

    def body(self, text: str) -> str:
        """As :meth:`text`, for what a target says: what stands under a telling key has a stand-in, too."""
        text = self.text(text)
        for begins, ends in reversed(self._judge.found(text)):
            value = text[begins:ends]
            if value not in self._given and MASK not in value and not _is_harmless(value):
                text = text[:begins] + (self.of(value) if _PLAIN.match(value) else MASK) + text[ends:]
        return text

    def _key_text(self, key: str) -> str:
        # The same few keys come again and again.
        if key not in self._keys:
            self._keys[key] = self.text(key)
        return self._keys[key]

    def text(self, text: str) -> str:
        """``text`` with stand-ins; what only looks like a secret is masked."""
        for variant in self._redactor.variants:
            if variant in text:
                text = text.replace(variant, self.of(variant))
        for secret in self._longest_first():
            if secret in text:
                text = text.replace(secret, self._known[secret])
        text = _BEARER.sub(lambda match: f"{match[1]}{self.of(match[2])}", text)
        # A stand-in behind "Bearer" looks like the secret that it stands for.
        pieces = _BEARER.split(text)
        pieces[::3] = map(self._redactor.text, pieces[::3])
        return "".join(pieces)

    def header(self, name: str, value: str) -> str:
        """The value of a header as it may be kept."""
        if name in ("set-cookie", "cookie"):
            parts = (part.strip().partition("=") for part in value.split(";"))
            first = name == "cookie"
            shown = []
            for number, (key, mark, held) in enumerate(parts):
                is_value = mark and (first or number == 0)
                shown.append(f"{key}{mark}{self.of(held) if is_value and held else held}")
            return "; ".join(shown)
        if name == "authorization":
            scheme, gap, held = value.partition(" ")
            return f"{scheme}{gap}{self.of(held)}" if held else self.of(value)
        if name not in _OPEN_HEADERS and names_a_secret(name):
            return self.of(value)
        return self.text(value)

    def _longest_first(self) -> list[str]:
        return sorted(self._known, key=len, reverse=True)

    def _made(self, secret: str) -> str:
        noise = hmac.new(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha512).digest()
        if _UUID.match(secret):
            digits, version, variant = noise.hex(), secret[14], secret[19]
            return f"{digits[:8]}-{digits[8:12]}-{version}{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
        letters = "0123456789abcdef" if _HEX.match(secret) else "abcdefghijklmnopqrstuvwxyz"
        made = []
        for number, one in enumerate(secret):
            byte = noise[number % len(noise)] + number // len(noise)
            if one.isdigit() and letters[0] != "0":
                made.append(str(byte % 10))
            elif one.isalnum():
                letter = letters[byte % len(letters)]
                made.append(letter.upper() if one.isupper() else letter)
            else:
                made.append(one)
        return "".join(made)


def _is_harmless(text: str) -> bool:
    """Whether a text under a telling key is plainly no secret: short, or words, without a digit and not long."""
    return (
        len(text) < 6
        or text.lower() in _HARMLESS
        or (len(text) < _LONG_WORD and not any(one.isdigit() for one in text))
    )
