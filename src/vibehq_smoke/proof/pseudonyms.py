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
_LONG_WORD = 24
_HARMLESS = frozenset(("", "none", "true", "false", "ok", "missing", "configured", "unset", "set"))


class Pseudonyms:
    """Stand-ins for the secrets that ``redactor`` knows, and for what stands under keys that name one."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._key = secrets.token_bytes(32)
        self._made_up: dict[str, str] = {}
        self._known: dict[str, str] = {}
        """Those that are looked for in every text."""

    def of(self, secret: str) -> str:
        """The stand-in for ``secret``: digits for digits, letters for letters, the rest as it is."""
        if secret not in self._made_up:
            self._made_up[secret] = self._made(secret)
        return self._made_up[secret]

    def learn(self, value: Any) -> None:
        """Remember every text under a telling key in ``value``, so that it is found wherever else it stands."""
        if isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(inner, str) and names_a_secret(str(key)) and len(inner) >= 6 and not _is_word(inner):
                    self._known[inner] = self.of(inner)
                self.learn(inner)
        elif isinstance(value, list):
            for inner in value:
                self.learn(inner)
        elif isinstance(value, str) and value[:1] in ("{", "["):
            with contextlib.suppress(ValueError, RecursionError):
                self.learn(json.loads(value))

    def clean(self, value: Any) -> Any:
        """A copy of JSON in which no text holds a secret."""
        if isinstance(value, dict):
            return {key: self.clean(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.clean(inner) for inner in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """``text`` with stand-ins; what only looks like a secret is masked."""
        for variant in self._redactor.variants:
            if variant in text:
                text = text.replace(variant, self.of(variant))
        for secret in self._longest_first():
            if secret in text:
                text = text.replace(secret, self._known[secret])
        clean = self._redactor.text(text)
        return clean if MASK in clean and "Bearer" not in text else text

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


def _is_word(text: str) -> bool:
    """Whether a text under a telling key is plainly no secret: words, without a digit and not long."""
    return text.lower() in _HARMLESS or (len(text) < _LONG_WORD and not any(one.isdigit() for one in text))
