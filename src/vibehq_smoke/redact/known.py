"""The secrets that a run knows, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .packed import is_word
from .spans import Span, places
from .variants import MASK, parts, short_variants, variants
from .veils import MARKS, loosened

_LONG = 8
_SHORT = 4
_CUT_AT_LEAST = 12
_ELLIPSIS = "…. \r\n"


class Known:
    """A set of secrets that can be looked for."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._few: set[str] = set()
        self._short: re.Pattern[str] | None = None
        self._long: tuple[str, ...] = ()
        self._loose: tuple[str, ...] = ()
        self._all = ""
        self._words: tuple[str, ...] = ()
        self._bare: tuple[str, ...] = ()
        self._escaped: tuple[str, ...] = ()
        self.variants: tuple[str, ...] = ()
        """Every text that is masked by value, the longest first."""

    def __contains__(self, secret: str) -> bool:
        return secret in self._secrets

    def learn(self, secrets: Iterable[str]) -> None:
        """Look for these from now on, too."""
        given = {part for secret in secrets for part in parts(secret) if part and part not in MASK}
        new = given - self._secrets
        self._secrets |= new
        self._learn_long({secret for secret in new if len(secret) >= _LONG})
        self._learn_short({secret for secret in new if _SHORT <= len(secret) < _LONG})

    def _learn_long(self, new: set[str]) -> None:
        self._long += tuple(new)
        self._loose += tuple(loose for secret in new if (loose := loosened(secret)) != secret)
        self._all = "\0".join(self._long)
        forms = {variant for secret in new for variant in variants(secret)}
        # Looking for a variant costs the same whether or not it is there, so most are looked for where they can be.
        words = {variant for variant in forms if is_word(variant)}
        escaped = {variant for variant in forms - words if any(mark in variant for mark in MARKS)}
        self._words = _longest_first(self._words, words)
        self._escaped = _longest_first(self._escaped, escaped)
        self._bare = _longest_first(self._bare, forms - words - escaped)
        self.variants = _longest_first(self.variants, forms)

    def _learn_short(self, new: set[str]) -> None:
        self._few |= {form for secret in new for form in short_variants(secret)}
        words = "|".join(map(re.escape, sorted(self._few, key=len, reverse=True)))
        self._short = re.compile(rf"(?<!\w)(?:{words})(?!\w)") if words else None

    def spans(self, text: str, words: str) -> Iterator[Span]:
        """Where a secret stands in ``text``. ``words`` are the long unbroken runs of letters and digits in it."""
        if words:
            for variant in self._words:
                if variant in words:
                    yield from places(variant, text)
        for variant in self._bare:
            if variant in text:
                yield from places(variant, text)
        if self._escaped and ("%" in text or "\\" in text or "&" in text or "+" in text):
            for variant in self._escaped:
                if variant in text:
                    yield from places(variant, text)
        if self._short is not None:
            yield from (match.span() for match in self._short.finditer(text))

    def is_hinted_at(self, loose: str) -> bool:
        """Whether a secret may stand behind the escapes of a text that was loosened (``veils``)."""
        return any(secret in loose for secret in self._loose)

    def cut_off(self, text: str) -> Iterator[Span]:
        """Where the beginning of a secret stands at the very end of ``text``, which was cut there."""
        text = text.rstrip(_ELLIPSIS)
        if len(text) < _CUT_AT_LEAST or text[-_CUT_AT_LEAST:] not in self._all:
            return
        for secret in self._long:
            for begins, _ in places(secret[:_CUT_AT_LEAST], text):
                if secret.startswith(text[begins:]):
                    yield begins, len(text)


def _longest_first(some: tuple[str, ...], more: set[str]) -> tuple[str, ...]:
    return tuple(sorted({*some, *more}, key=lambda variant: (-len(variant), variant)))
