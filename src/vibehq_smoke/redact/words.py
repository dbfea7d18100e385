"""Which keys name a secret."""

from __future__ import annotations

import re
from functools import lru_cache

_SECRET_WORDS = frozenset((
    "token", "tokens", "key", "keys", "secret", "secrets", "password", "passwords", "passwd", "passphrase", "pwd",
    "auth", "authorization", "session", "sessions", "sessionid", "credential", "credentials", "cookie", "cookies",
    "jwt", "apikey", "accesstoken", "authtoken", "csrf", "csrftoken", "privatekey", "xsrf", "signature", "dsn",
    "bearer",
))  # fmt: skip
_SECRET_ENDINGS = (
    "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "secretkey", "privatekey",
    "accountkey", "sessionkey", "sessionid",
)  # fmt: skip
"""Written as one word: ``dbpassword``, ``refreshtoken``."""
_CONTAINERS = frozenset(["auth", "key", "keys", "session", "sessions"])
"""Words that also stand for a thing with parts, most of which are harmless."""
_HARMLESS_ENDINGS = frozenset((
    "type", "count", "limit", "used", "expires", "expiry", "at", "in", "ttl", "name", "length", "required",
    "enabled", "status", "total",
))  # fmt: skip
_HINTS = (
    "token", "key", "secret", "pass", "pwd", "auth", "session", "credential", "cookie", "jwt", "csrf", "xsrf",
    "signature", "dsn", "bearer",
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@lru_cache(maxsize=4096)
def names_a_secret(key: str) -> bool:
    """Whether a value under ``key`` is masked: ``sessionId``, ``api_key`` are, ``author``, ``token_count`` are not."""
    words = _words(key)
    return bool(words) and words[-1] not in _HARMLESS_ENDINGS and any(map(_is_secret, words))


def names_only_a_secret(key: str) -> bool:
    """As :func:`names_a_secret`, but not a bare ``key`` or ``session``: in running text these are everyday words."""
    return names_a_secret(key) and not _CONTAINERS.issuperset(_words(key))


def is_harmless(key: str) -> bool:
    """Whether ``key`` says of a secret what may be known: its ``type``, its ``expiry``."""
    words = _words(key)
    return bool(words) and words[-1] in _HARMLESS_ENDINGS


def is_container(key: str) -> bool:
    """Whether what stands under ``key`` may be a thing with parts, of which only the id is secret."""
    return _CONTAINERS.issuperset(word for word in _words(key) if _is_secret(word))


def may_name_one(text: str) -> bool:
    """Whether there may be a telling key in ``text``: most text has none, and asking costs a tenth of looking."""
    low = text.lower()
    for hint in _HINTS:  # noqa: SIM110 - asked of every text, and any() takes three times as long
        if hint in low:
            return True
    return False


def _words(key: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(key)]


def _is_secret(word: str) -> bool:
    return word in _SECRET_WORDS or word.endswith(_SECRET_ENDINGS)
