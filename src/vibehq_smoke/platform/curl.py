"""The command line that sends a recorded request again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import lru_cache

_quoted = lru_cache(maxsize=512)(shlex.quote)
"""The same few URLs and headers come with every exchange."""

_INLINE = 4096
_LEFT_OUT = frozenset(("accept-encoding", "user-agent"))


def curl(method: str, url: str, headers: Mapping[str, str], body: str | None, *, variables: Mapping[str, str]) -> str:
    """A curl command for one request; every argument is redacted already.

    ``variables`` holds those headers again whose secret a shell ``$VARIABLE`` can stand for. They are written between
    double quotes, so that the shell fills them in; all else is quoted so that the shell leaves it alone.
    """
    words = ["curl", "-sS", *_method(method), _quoted(url)]
    for name, value in headers.items():
        if name in variables and not set(variables[name]) & set('"\\`'):
            words += ["-H", f'"{name}: {variables[name]}"']
        elif name.lower() not in _LEFT_OUT:
            words += ["-H", _quoted(f"{name}: {value}")]
    if body is not None:
        words += ["--data-raw", shlex.quote(body)] if len(body) < _INLINE else ["--data-binary", "@body.json"]
    return " ".join(words)


def _method(method: str) -> list[str]:
    if method == "GET":
        return []
    return ["--head"] if method == "HEAD" else ["-X", shlex.quote(method)]
