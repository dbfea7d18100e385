"""The address of an orchestrator, a worker or an operator channel (contract 1.1)."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:]*:[0-9a-f:.]+", re.ASCII)
_ONLY = "give scheme, host and port only"


def base_url(text: str) -> str:
    """``text`` as ``scheme://host[:port]`` in lower case, without a trailing slash.

    Raises ValueError with the rest of a sentence that begins with the URL ("has no host").
    """
    if not text.strip():
        raise ValueError("is empty")
    if re.search(r"[\s\x00-\x1f\x7f]", text):
        raise ValueError("holds white space")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("is no URL: its host or port is malformed") from None
    _refuse(parts)
    host = (parts.hostname or "").lower()
    if not _HOST.fullmatch(host):
        raise ValueError("has a host that is no host name")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else "")


def _refuse(parts: SplitResult) -> None:
    if parts.scheme not in ("http", "https"):
        # "localhost:8787" parses as the scheme "localhost"
        known = parts.scheme and parts.netloc
        raise ValueError(
            f"has the scheme {parts.scheme!r}, wanted http or https"
            if known
            else "has no scheme, wanted http:// or https://"
        )
    if not parts.netloc:
        raise ValueError("has no host")
    if "@" in parts.netloc:
        raise ValueError("holds a user name or password: credentials belong in the auth table, by variable")
    if not parts.hostname:
        raise ValueError("has no host")
    if parts.query or parts.fragment:
        raise ValueError(f"holds a query or fragment: {_ONLY}")
    if parts.path not in ("", "/"):
        raise ValueError(f"has a path: {_ONLY}")


BaseUrl = Annotated[str, AfterValidator(base_url)]
