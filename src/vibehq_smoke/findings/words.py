"""Words with digits in them: which are names and which are numbers, ids or tokens."""

from __future__ import annotations

import re
from http import HTTPStatus

CHANGES = "#"
"""What stands for anything that differs from run to run: whichever sort of thing it was, it was not what went wrong."""

_WORD = re.compile(r"[^\W_]+")
_RUNS = re.compile(r"\d+|\D+")
_DIGITS = re.compile(r"\d+")
_HEX = re.compile(r"[0-9a-fA-F]{6,}")
_MOST_OF_A_NAME = 4
"""Digits at the end of a name: ``TS2307``, ``d1``, ``sha256``. More of them are an id."""

_CODE = re.compile(r"(?<![^\W_])(?:[A-Z]{2,6}-|CVE-(?:\d{4}-)?)$")
_SAYS_STATUS = re.compile(
    r"(?:\b(?:status(?: code)?|code|answer(?:s|ed)?)[\s:=]+|\bHTTP(?:/[\d.#]+)?[\s:=]+)$", re.IGNORECASE
)
_MAY_SAY_STATUS = re.compile(
    r"(?:\b(?:got|expected|returned|returns|of|or)[\s:]+|\b[1-5]\d\d, |(?:->|→) ?)$", re.IGNORECASE
)
_GOES_ON = re.compile(
    r"(?:[,;:.)\]'\"]*$|[,;:)\]'\"]|\s+(?:[^\w\s]|[A-Z]|(?:or|and|but|instead|to|from|for|in|on|at)\b))"
)
_STATUSES = {str(status.value) for status in HTTPStatus} | {str(status) for status in (499, 530, *range(520, 528))}
_MARGIN = 32
"""Characters around a number that tell what it is."""


def without_numbers(text: str) -> str:
    """``text`` with ``#`` for each number, id or token, names and HTTP statuses left as they are."""
    return _WORD.sub(_plain, text)


def _plain(found: re.Match[str]) -> str:
    word, text = found[0], found.string
    if not _DIGITS.search(word):
        return word
    before = text[max(found.start() - _MARGIN, 0) : found.start()]
    if word.isdecimal():
        after = text[found.end() : found.end() + _MARGIN]
        return word if _is_status(word, before, after) or _is_code(word, before) else CHANGES
    return _mixed(word)


def _mixed(word: str) -> str:
    """A word of letters and digits: a name with a number in it keeps the letters, what looks random keeps nothing."""
    runs: list[str] = _RUNS.findall(word)
    begins_with_digit = _DIGITS.fullmatch(runs[0]) is not None
    if _HEX.fullmatch(word) or len(runs) > 3 or (begins_with_digit and len(runs) > 2):
        return CHANGES
    if begins_with_digit:
        return CHANGES + runs[1]
    return "".join(run if len(run) <= _MOST_OF_A_NAME or not run.isdecimal() else CHANGES for run in runs)


def _is_status(word: str, before: str, after: str) -> bool:
    """A 404 is another failure than a 500, whereas 404 rows are as wrong as 405."""
    if word not in _STATUSES:
        return False
    if _SAYS_STATUS.search(before):
        return True
    return bool(_MAY_SAY_STATUS.search(before) and _GOES_ON.match(after))


def _is_code(word: str, before: str) -> bool:
    """``INF-03``, ``UTF-8``, ``CVE-2026-1234``: a name, although digits follow a hyphen."""
    found = _CODE.search(before)
    return found is not None and (len(word) <= 3 or found[0].startswith("CVE-"))
