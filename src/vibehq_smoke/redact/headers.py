"""Which headers may be shown."""

from __future__ import annotations

from .variants import MASK

_SAFE = frozenset((
    "accept", "accept-encoding", "age", "allow", "cache-control", "cf-cache-status", "cf-ray", "connection",
    "content-encoding", "content-length", "content-type", "date", "etag", "host", "last-modified", "origin",
    "retry-after", "server", "transfer-encoding", "upgrade", "user-agent", "vary", "via", "www-authenticate",
    "x-content-type-options", "x-request-id",
))  # fmt: skip
_SAFE_PREFIXES = ("x-ratelimit-", "ratelimit", "access-control-")
_URLS = frozenset(("location", "referer"))


def is_url(name: str) -> bool:
    """Whether the header ``name`` holds a URL."""
    return name in _URLS


def is_safe(name: str) -> bool:
    """Whether the header ``name`` is harmless; every other is masked."""
    return name in _SAFE or name.startswith(_SAFE_PREFIXES)


def credential(name: str, value: str) -> str | None:
    """A header with a credential, as it may be shown; None when it is no such header."""
    if name in ("authorization", "proxy-authorization"):
        scheme, _, rest = value.partition(" ")
        return f"{scheme} {MASK}" if rest and scheme.isalpha() and len(scheme) <= 10 else MASK
    if name == "cookie":
        return "; ".join(map(_cookie, value.split(";")))
    return _cookie(value) if name == "set-cookie" else None


def _cookie(pair: str) -> str:
    name, gives, _ = pair.partition("=")
    return f"{name.strip()}={MASK}" if gives else MASK
