"""Masking of secrets, before anything that a check saw is kept.

Four nets, one behind the other: headers pass an allow-list; values stand masked under keys that name a secret;
every known secret is masked by its value in the encodings it travels in; and well-known forms (bearer tokens, JWT,
private keys ...) are masked by their look. When in doubt the text is masked. No instance is shared between runs.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

MASK = "[REDACTED]"
"""What stands in a secret's place."""

_HTML = {ord(mark): code for mark, code in zip("&<>\"'", ("&amp;", "&lt;", "&gt;", "&quot;", "&#x27;"), strict=True)}
_LONG = 8
_SHORT = 4
_DEEPEST = 60

_SECRET_WORDS = frozenset(
    [
        "token",
        "tokens",
        "key",
        "keys",
        "secret",
        "secrets",
        "password",
        "passwords",
        "passwd",
        "passphrase",
        "pwd",
        "auth",
        "authorization",
        "session",
        "sessions",
        "sessionid",
        "credential",
        "credentials",
        "cookie",
        "cookies",
        "jwt",
        "apikey",
        "accesstoken",
        "authtoken",
        "csrf",
        "csrftoken",
        "privatekey",
    ]
)
_CONTAINERS = frozenset(["auth", "key", "keys", "session", "sessions"])
_HARMLESS_ENDINGS = frozenset(
    [
        "type",
        "count",
        "limit",
        "used",
        "expires",
        "expiry",
        "at",
        "in",
        "ttl",
        "name",
        "length",
        "required",
        "enabled",
        "status",
        "total",
    ]
)
_HINTS = ("token", "key", "secret", "pass", "pwd", "auth", "session", "credential", "cookie", "jwt", "csrf")
_FORM_HINTS = ("earer", "asic", "eyJ", "-----BEGIN", "AKIA", "ASIA", "xox", "gh", "github_pat_")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_JSON_PAIR = re.compile(r'"([\w .-]{1,80})"(\s*:\s*)"((?:[^"\\]|\\.)*)("?)')
_ESCAPED_PAIR = re.compile(r'\\"([\w .-]{1,80})\\"(\s*:\s*)\\"((?:(?!\\{0,8}")[\s\S])*)((?:\\{0,8}")?)')
_ASSIGNMENT = re.compile(r"([A-Za-z][\w.-]{1,79})=([^\s&;,\"'<>]+)")

_FORMS = re.compile(
    r"""
    \b(?P<scheme>[Bb]earer|[Bb]asic)(?P<gap>\s+)(?:(?=[A-Za-z]*[0-9._~+/=-])[\w.~+/=-]{8,}|[A-Za-z]{20,})
    | \beyJ[\w-]{8,}(?:\.[\w-]*){0,2}                                   # JWT
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----[\s\S]*?(?:-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|\Z)
    | \b(?:AKIA|ASIA)[0-9A-Z]{12,}
    | \bxox[a-z]-[\w-]{8,}
    | \bgh[pousr]_\w{16,}
    | \bgithub_pat_\w{16,}
    """,
    re.VERBOSE,
)

_SAFE_HEADERS = frozenset(
    [
        "accept",
        "accept-encoding",
        "age",
        "allow",
        "cache-control",
        "cf-cache-status",
        "cf-ray",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "etag",
        "host",
        "last-modified",
        "origin",
        "retry-after",
        "server",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "vary",
        "via",
        "www-authenticate",
        "x-content-type-options",
        "x-request-id",
    ]
)
_SAFE_PREFIXES = ("x-ratelimit-", "ratelimit", "access-control-")
_URL_HEADERS = frozenset(("location", "referer"))
_MOST_HEADERS = 40
_MOST_REMEMBERED = 1000
_LONGEST_REMEMBERED = 200


class Redactor:
    """Masks secrets in text, headers, URLs and JSON. It learns more secrets while a run goes on (:meth:`add`)."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._names: dict[str, str] = {}
        self._variants: tuple[str, ...] = ()
        self._short: re.Pattern[str] | None = None
        self._headers: dict[tuple[str, str], str] = {}
        self._learn(secrets)

    def add(self, secret: str, variable: str | None = None) -> None:
        """Mask ``secret`` from now on: a session id learned at sign-in, a CSRF token.

        ``variable`` names the shell variable that stands for it in command lines (:meth:`as_variables`).
        """
        if variable is not None and secret:
            self._names[secret] = variable
        if secret not in self._secrets:
            self._learn((secret,))

    def as_variables(self, text: str) -> str:
        """``text`` with a shell ``$VARIABLE`` in the place of every secret that has one; other secrets stay."""
        for secret in sorted(self._names, key=len, reverse=True):
            text = text.replace(secret, f"${self._names[secret]}")
        return text

    @property
    def longest(self) -> int:
        """The length of the longest text that is masked by value; who clips text first must leave that margin."""
        return len(self._variants[0]) if self._variants else 0

    @property
    def variants(self) -> tuple[str, ...]:
        """Every text that is masked by value: the secrets in each form in which they travel, the longest first."""
        return self._variants

    def leaks(self, text: str) -> bool:
        """Whether a known secret stands in ``text``: the last question before something leaves the harness."""
        return any(variant in text for variant in self._variants) or bool(self._short and self._short.search(text))

    def text(self, text: str) -> str:
        """``text`` with every known secret and every secret-looking form masked; safe for any document, code too."""
        return self._by_form(self._by_value(text))

    def body(self, text: str) -> str:
        """Text from the target: as :meth:`text`, and values under telling keys masked (JSON, cut-off JSON, forms)."""
        # most text names no secret, and asking that costs a tenth of looking for one
        low = text.lower()
        return self.text(self._by_key(text) if any(hint in low for hint in _HINTS) else text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers as they may be shown: harmless ones whole, cookies by name, every other value masked."""
        return {
            name[:80]: self._headers.get((name, value)) or self._header_once(name, value)
            for name, value in list(headers.items())[:_MOST_HEADERS]
        }

    def url(self, url: str) -> str:
        """``url`` without user info, and with secrets in its path, query and fragment masked."""
        plain, _, query = url.partition("?")
        if "@" not in plain and "#" not in url:
            # nearly every URL; taking it apart for certain costs several times as much
            return self.text(f"{plain}?{_masked_assignments(query)}" if query else url)
        try:
            parts = urlsplit(url)
        except ValueError:
            return self.text(url)
        _, at, host = parts.netloc.rpartition("@")
        query, fragment = (_masked_assignments(part) for part in (parts.query, parts.fragment))
        return self.text(urlunsplit((parts.scheme, f"{MASK}@{host}" if at else host, parts.path, query, fragment)))

    def json(self, value: Any) -> Any:
        """A copy of parsed JSON: strings under telling keys masked at any depth, the others as :meth:`body`."""
        return self._copy(value, 0)

    def _learn(self, secrets: Iterable[str]) -> None:
        self._secrets.update(secret for secret in secrets if secret.strip() and secret not in MASK)
        long = {variant for secret in self._secrets if len(secret) >= _LONG for variant in _variants(secret)}
        self._variants = tuple(sorted(long, key=lambda variant: (-len(variant), variant)))
        short = [re.escape(secret) for secret in self._secrets if _SHORT <= len(secret) < _LONG]
        self._short = re.compile(rf"(?<!\w)(?:{'|'.join(short)})(?!\w)") if short else None
        self._headers.clear()

    def _by_value(self, text: str) -> str:
        for variant in self._variants:
            if variant in text:
                text = text.replace(variant, MASK)
        return self._short.sub(MASK, text) if self._short else text

    def _by_form(self, text: str) -> str:
        if not any(hint in text for hint in _FORM_HINTS):
            return text
        return _FORMS.sub(lambda match: (match["scheme"] or "") + (match["gap"] or "") + MASK, text)

    def _by_key(self, text: str) -> str:
        if text.lstrip()[:1] in ("{", "["):
            try:
                return json.dumps(self.json(json.loads(text)), ensure_ascii=False)
            except (ValueError, RecursionError):
                pass  # not JSON, or cut off: the patterns below find what they can
        text = _ESCAPED_PAIR.sub(lambda pair: _masked_pair(pair, '\\"'), text)
        text = _JSON_PAIR.sub(lambda pair: _masked_pair(pair, '"'), text)
        return _masked_assignments(text)

    def _header_once(self, name: str, value: str) -> str:
        """The same few headers come with every exchange, so what they look like masked is remembered."""
        shown = self._header(name.lower(), value)
        if len(self._headers) < _MOST_REMEMBERED and len(value) < _LONGEST_REMEMBERED:
            self._headers[name, value] = shown
        return shown

    def _header(self, name: str, value: str) -> str:
        if name in ("authorization", "proxy-authorization"):
            scheme, _, rest = value.partition(" ")
            return f"{scheme} {MASK}" if rest and scheme.isalpha() and len(scheme) <= 10 else MASK
        if name == "cookie":
            return "; ".join(f"{pair.partition('=')[0].strip()}={MASK}" for pair in self._by_value(value).split(";"))
        if name == "set-cookie":
            return f"{self._by_value(value.partition('=')[0])}={MASK}"
        if name in _URL_HEADERS:
            return self.url(value)
        return self.text(value) if name in _SAFE_HEADERS or name.startswith(_SAFE_PREFIXES) else MASK

    def _copy(self, value: Any, depth: int) -> Any:
        if depth > _DEEPEST:
            return MASK
        if isinstance(value, str):
            return self.body(value)
        if isinstance(value, Mapping):
            return {self._by_value(str(key)): self._under(str(key), child, depth + 1) for key, child in value.items()}
        if isinstance(value, list | tuple):
            return [self._copy(child, depth + 1) for child in value]
        return value

    def _under(self, key: str, value: Any, depth: int) -> Any:
        if not names_a_secret(key):
            return self._copy(value, depth)
        if isinstance(value, Mapping | list | tuple) and _CONTAINERS.issuperset(_secret_words(key)):
            return self._copy(_without_ids(value), depth)
        return _masked_leaves(value, depth)


def names_a_secret(key: str) -> bool:
    """Whether a value under ``key`` is masked: ``sessionId``, ``api_key`` are, ``author``, ``token_count`` are not."""
    words = _WORD.findall(key)
    return bool(words) and words[-1].lower() not in _HARMLESS_ENDINGS and bool(_secret_words(key))


def _secret_words(key: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(key)} & _SECRET_WORDS


def _without_ids(value: Any) -> Any:
    """A session or key seen as an object: its own id opens the door, the rest is ordinary."""
    if isinstance(value, Mapping):
        return {key: MASK if key == "id" and isinstance(child, str) else child for key, child in value.items()}
    return [MASK if isinstance(child, str) else _without_ids(child) for child in value] if _is_list(value) else value


def _masked_leaves(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return MASK if value else value
    if depth > _DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {key: child if _harmless(str(key)) else _masked_leaves(child, depth + 1) for key, child in value.items()}
    return [_masked_leaves(child, depth + 1) for child in value] if _is_list(value) else value


def _harmless(key: str) -> bool:
    words = _WORD.findall(key)
    return bool(words) and words[-1].lower() in _HARMLESS_ENDINGS


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _masked_assignments(text: str) -> str:
    return _ASSIGNMENT.sub(lambda pair: f"{pair[1]}={MASK}" if names_a_secret(pair[1]) else pair[0], text)


def _masked_pair(pair: re.Match[str], quote_mark: str) -> str:
    if not names_a_secret(pair[1]) or not pair[3]:
        return pair[0]
    return f"{quote_mark}{pair[1]}{quote_mark}{pair[2]}{quote_mark}{MASK}{pair[4]}"


def _variants(secret: str) -> Iterator[str]:
    """The forms in which ``secret`` may stand in a text: as it is, and URL-, JSON-, HTML- and base64-encoded."""
    yield secret
    yield secret.translate(_HTML)
    raw = secret.encode("utf-8", "surrogatepass")
    for encoded in (quote(raw, safe=""), quote(raw), quote_plus(raw), quote(raw, safe="!'()*~")):
        yield encoded
        yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), encoded)
    for ascii_only in (True, False):
        escaped = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield escaped
        yield escaped.replace("/", "\\/")
        yield json.dumps(escaped, ensure_ascii=ascii_only)[1:-1]
    yield from _base64_variants(raw)


def _base64_variants(raw: bytes) -> Iterator[str]:
    """Base64 of ``raw`` alone, and the part of it that stays the same inside a longer text, at each alignment."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw).decode().rstrip("=")
        for before, skip in ((0, 0), (1, 2), (2, 3)):
            full_characters = 8 * (before + len(raw)) // 6
            yield encode(b"\0" * before + raw).decode()[skip:full_characters]
