"""The redactor of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .forms import formed
from .headers import credential, is_safe, is_url
from .keys import assigned, under_keys
from .known import Known
from .packed import long_words, unpacked
from .spans import Span, apart, masked
from .values import copied, under_telling_keys
from .variants import MASK
from .veils import loosened, unveiled, veil
from .words import may_name_one

_DEEPEST = 6
"""Layers of encoding that are undone, one around the other."""
_CLIPPED = 4096
_MOST_HEADERS = 40
_MOST_REMEMBERED = 1000
_LONGEST_REMEMBERED = 200
_MOST_SHORT = 10_000
_MOST_LEARNED = 100
_SHORTEST_LEARNED = 16
_LONGEST_LEARNED = 400


class Redactor:
    """Masks secrets in text, headers, URLs and JSON. It learns more secrets while a run goes on (:meth:`add`)."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._names: dict[str, str] = {}
        self._known = Known()
        self._headers: dict[tuple[str, str], tuple[str, str]] = {}
        self._short: tuple[dict[str, str], dict[str, str]] = {}, {}
        self._overheard = 0
        self._learn(secrets)

    def add(self, secret: str, variable: str | None = None) -> None:
        """Mask ``secret`` from now on: a session id learned at sign-in, a CSRF token.

        ``variable`` names the shell variable that stands for it in command lines (:meth:`as_variables`).
        """
        if variable is not None and secret:
            self._names[secret] = variable
        if secret not in self._known:
            self._learn((secret,))

    def as_variables(self, text: str) -> str:
        """``text`` with a shell ``$VARIABLE`` in the place of every secret that has one; other secrets stay."""
        for secret in sorted(self._names, key=len, reverse=True):
            text = text.replace(secret, f"${self._names[secret]}")
        return text

    @property
    def longest(self) -> int:
        """The length of the longest text that is masked by value; who clips text first must leave that margin."""
        return len(self.variants[0]) if self.variants else 0

    @property
    def variants(self) -> tuple[str, ...]:
        """Every text that is masked by value: the secrets in each form in which they travel, the longest first."""
        return self._known.variants

    def leaks(self, text: str) -> bool:
        """Whether a known secret stands in ``text``: the last question before something leaves the harness."""
        return self._shows(text) or any(True for _ in self._layers(text))

    def _layers(self, text: str) -> Iterator[str]:
        """What of the layers under the escapes in ``text`` shows a known secret."""
        loose: str = text
        for _ in range(_DEEPEST):
            before, loose = loose, loosened(loose)
            if loose == before:
                return
            if (self._shows(loose) or self._known.is_hinted_at(loose)) and self._hides(text):
                yield loose

    def _hides(self, text: str) -> bool:
        plain = unveiled(text)
        for _ in range(_DEEPEST):
            if plain is None:
                return False
            if self._shows(plain):
                return True
            plain = unveiled(plain)
        return False

    def _shows(self, text: str) -> bool:
        return any(True for _ in self.by_value(text, long_words(text)))

    def text(self, text: str) -> str:
        """``text`` with every known secret and every secret-looking form masked; safe for any document, code too."""
        return self._masked(text, keys=False)

    def body(self, text: str) -> str:
        """Text from the target: as :meth:`text`, and values under telling keys masked (JSON, cut-off JSON, forms)."""
        if text.lstrip()[:1] in ("{", "[") and may_name_one(text):
            try:
                text = json.dumps(self.json(json.loads(text)), ensure_ascii=False)
            except (ValueError, RecursionError):
                pass  # not JSON, or cut off: the patterns find what they can
            else:
                return self._masked(text, keys=False)
        return self._masked(text, keys=True)

    def found(self, text: str) -> list[Span]:
        """Where something would be masked in text from the target, in order and apart from each other."""
        return apart(self._spans(text, keys=True))

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers as they may be shown: harmless ones whole, cookies by name, every other value masked."""
        few = list(headers.items())[:_MOST_HEADERS]
        return dict(self._headers.get((name, value)) or self._header_once(name, value) for name, value in few)

    def url(self, url: str) -> str:
        """``url`` without user info, and with secrets in its path, query and fragment masked."""
        plain, _, query = url.partition("?")
        if "@" not in plain and "#" not in url:
            # nearly every URL; taking it apart for certain costs several times as much
            return self.text(f"{plain}?{self._assignments(query)}" if query else url)
        try:
            parts = urlsplit(url)
        except ValueError:
            return self.text(url)
        _, at, host = parts.netloc.rpartition("@")
        query, fragment = self._assignments(parts.query), self._assignments(parts.fragment)
        return self.text(urlunsplit((parts.scheme, f"{MASK}@{host}" if at else host, parts.path, query, fragment)))

    def json(self, value: Any) -> Any:
        """A copy of parsed JSON: strings under telling keys masked at any depth, the others as :meth:`body`."""
        for secret in under_telling_keys(value):
            self._overhear(secret)
        return copied(value, self.body, self.text)

    # -- the nets; each can be tried without the others -----------------------------------------

    def by_value(self, text: str, words: list[str]) -> Iterator[Span]:
        """Where a known secret stands in ``text``, or the beginning of one at its end."""
        yield from self._known.spans(text, " ".join(words))
        yield from self._known.cut_off(text)

    def by_form(self, text: str, words: list[str]) -> Iterator[Span]:
        """Where something has the look of a secret. ``words`` are the long unbroken runs of characters in it."""
        return formed(text, " ".join(words))

    def by_key(self, text: str) -> Iterator[Span]:
        """Where a value stands under a telling key."""
        return under_keys(text) if may_name_one(text) else iter(())

    def by_unpacking(self, text: str, words: list[str], keys: bool, depth: int) -> Iterator[Span]:
        """Where base64 stands that holds a secret."""
        for clear, found in unpacked(text, words):
            if self._spans(clear, keys, depth + 1, piece=True):
                yield from found

    def by_unveiling(self, text: str, keys: bool, depth: int, piece: bool) -> Iterator[Span]:
        """Where a secret stands behind URL, JSON or HTML escapes."""
        plain = unveiled(text)
        if plain is not None and (inner := self._spans(plain, keys, depth + 1, piece)):
            lift = veil(text).lift
            yield from map(lift, inner)

    def _spans(self, text: str, keys: bool, depth: int = 0, piece: bool = False) -> list[Span]:
        words = long_words(text)
        seen = [*self.by_form(text, words), *(self.by_key(text) if keys else ())]
        if keys:
            # What only passes the last gate may be a stand-in, made to look like a secret.
            for begins, ends in seen:
                if not _is_cut(text, ends, piece):
                    self._overhear(text[begins:ends])
        found = [*seen, *self.by_value(text, words)]
        if depth < _DEEPEST:
            if words:
                found += self.by_unpacking(text, words, keys, depth)
            found += self.by_unveiling(text, keys, depth, piece)
        return found

    def _masked(self, text: str, keys: bool) -> str:
        # Most short texts of a run come again and again: names, states, times.
        remembered = self._short[keys]
        if (clean := remembered.get(text)) is not None:
            return clean
        found = self._spans(text, keys)
        clean = masked(text, found) if found else text
        if len(text) < _LONGEST_REMEMBERED and len(remembered) < _MOST_SHORT:
            remembered[text] = clean
        return clean

    def _assignments(self, query: str) -> str:
        return masked(query, assigned(query))

    def _learn(self, secrets: Iterable[str]) -> None:
        self._known.learn(secret for secret in secrets if secret.strip() and secret not in MASK)
        for remembered in (self._headers, *self._short):
            remembered.clear()

    def _overhear(self, secret: str) -> None:
        """What gave itself away once is masked from then on wherever it stands, with nothing telling around it."""
        if (
            self._overheard < _MOST_LEARNED
            and _SHORTEST_LEARNED <= len(secret) <= _LONGEST_LEARNED
            and secret not in self._known
            and not any(one.isspace() for one in secret)
            and any(one.isdigit() for one in secret)
            and MASK not in secret
        ):
            self._overheard += 1
            self._learn((secret,))

    def _header_once(self, name: str, value: str) -> tuple[str, str]:
        """The same few headers come with every exchange, so what they look like masked is remembered."""
        shown = self.text(name[:80]), self._header(name.lower(), value)
        if len(self._headers) < _MOST_REMEMBERED and len(value) < _LONGEST_REMEMBERED:
            self._headers[name, value] = shown
        return shown

    def _header(self, name: str, value: str) -> str:
        kept = credential(name, value)
        if kept is not None:
            return self.text(kept)
        if is_url(name):
            return self.url(value)
        return self.body(value) if is_safe(name) else MASK


def _is_cut(text: str, at: int, piece: bool) -> bool:
    """Whether only the beginning of what ends at ``at`` may stand in ``text``, which may be a piece of another."""
    if at == len(text):
        return piece or at >= _CLIPPED
    return text[at] == "…" or text[at : at + 3] == "..."
