"""JSON with comments and trailing commas, as wrangler reads it.

The text is turned into plain JSON of the same length, line by line, so that the standard library's parser reads it and
its errors point at the right place.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NoReturn

_TOKEN = re.compile(
    r"""
      (?P<string>"(?:\\.|[^"\\\n])*(?:"|(?=\n)|\Z))
    | (?P<comment>//[^\n\r]*|/\*.*?\*/)
    | (?P<open>/\*)
    """,
    re.VERBOSE | re.DOTALL,
)
_STRING = r'"(?:\\.|[^"\\\n])*"'
_COMMA = re.compile(rf"(?P<before>{_STRING}|[^\s,\[{{:\"])(?P<gap>\s*),(?=\s*[\]}}])|{_STRING}")
_NOT_BLANK = re.compile(r"[^\r\n]")


class JsoncError(ValueError):
    """The text is no JSON, comments and trailing commas aside; ``line`` counts from 1."""

    def __init__(self, problem: str, line: int) -> None:
        self.problem = problem
        self.line = line
        super().__init__(f"line {line}: {problem}")


def loads(text: str) -> Any:
    """The value that ``text`` stands for. Of a key that stands twice in an object the last one counts.

    Raises JsoncError.
    """
    try:
        return json.loads(_plain(text.removeprefix("\ufeff")), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise JsoncError(error.msg, error.lineno) from None
    except RecursionError:
        raise JsoncError("nested too deeply", 1) from None
    except _NoConstantError as error:
        raise JsoncError(f"{error} is no JSON", _line_of(text, str(error))) from None


class _NoConstantError(Exception):
    """NaN or Infinity, which the standard library would take."""


def _no_constant(name: str) -> NoReturn:
    raise _NoConstantError(name)


@lru_cache(maxsize=64)  # a proof replays checks that read the same few files thousands of times
def _plain(text: str) -> str:
    """``text`` with blanks in the place of comments and of commas that nothing follows."""
    bare = _TOKEN.sub(lambda token: _without_comment(token, text), text)
    return _COMMA.sub(lambda found: f"{found['before']}{found['gap']} " if found["before"] else found[0], bare)


def _without_comment(token: re.Match[str], text: str) -> str:
    if token["open"]:
        raise JsoncError("a comment that begins here has no end", text.count("\n", 0, token.start()) + 1)
    return token[0] if token["string"] else _NOT_BLANK.sub(" ", token[0])


def _line_of(text: str, word: str) -> int:
    return text.count("\n", 0, max(text.find(word), 0)) + 1
