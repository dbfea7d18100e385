"""Where to ask and as whom: what people give is checked before anything is sent."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from ...errors import UsageError
from ...redact import Redactor

PUBLIC = "https://api.github.com"
ALLOWED_URL = f"allowed: {PUBLIC}, or https://HOST/api/v3 of an Enterprise Server"

_REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?P<name>[A-Za-z0-9._-]{1,100})")
_COPIED = re.compile(r"(?:(?:[a-z]+://)?(?:[^@/\s]+@)?[^@/:\s]+\.[^@/:\s]+[/:])?([^/:\s]+/[^/:\s]+?)(?:\.git)?/?")
"""A repository as it stands in a browser or in a clone command."""


def repository(text: str) -> str:
    """``OWNER/NAME`` as it was given. Raises UsageError."""
    if _is_repository(text):
        return text
    copied = _COPIED.fullmatch(text)
    meant = f"; did you mean {copied[1]!r}?" if copied and _is_repository(copied[1]) else ""
    raise UsageError(f"--repo {_shown(text)!r}: is no repository (allowed: OWNER/NAME){meant}")


def _shown(text: str) -> str:
    """What was given, without what it may hold of a secret."""
    return Redactor().url(text)[:200]


def _is_repository(text: str) -> bool:
    fits = _REPO.fullmatch(text)
    return fits is not None and fits["name"] not in (".", "..") and not fits["name"].endswith(".git")


def api_root(text: str) -> str:
    """The address that every path of the API begins with, without a slash at its end. Raises UsageError.

    Plain http is for a server on this very machine only: the token would travel for all to read.
    """
    text = text.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"GITHUB_API_URL: is no address ({ALLOWED_URL})") from None
    if parts.username is not None or parts.password is not None:
        raise UsageError("GITHUB_API_URL: holds a name or a password; the token belongs in GITHUB_TOKEN")
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment or not _plain(text):
        raise UsageError(f"GITHUB_API_URL {_shown(text)!r}: is no address of an API ({ALLOWED_URL})")
    if host in ("github.com", "www.github.com"):
        raise UsageError(f"GITHUB_API_URL {_shown(text)!r}: is the site, not the API; did you mean {PUBLIC!r}?")
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(f"GITHUB_API_URL {_shown(text)!r}: the token would travel unencrypted ({ALLOWED_URL})")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port is not None else ''}{parts.path}"


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def token(text: str | None, repo: str) -> str:
    """The token, fit for a header. Raises UsageError, which never holds it."""
    text = (text or "").strip()
    if not text:
        raise UsageError(
            f"GITHUB_TOKEN: is not set; give a token that may write issues of {repo} (in a workflow: "
            "permissions: issues: write, contents: read; fine-grained: Issues, read and write; classic: repo)"
        )
    if not _plain(text):
        raise UsageError("GITHUB_TOKEN: holds a space, a line break or a letter that no token has; copy it anew")
    return text


def place(root: str, repo: str) -> str:
    """The repository's name for people and for records, the same however it was written."""
    parts = urlsplit(root)
    return f"{parts.netloc.removeprefix('api.')}/{repo}".lower()
