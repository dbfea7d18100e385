"""What an answer's status means: its document, or the error that says what was and what was not done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...errors import UsageError
from ..tracker import Refused, TrackerError
from .errors import Absent, Conflict, Fault, Invalid, Odd
from .wire import Answer, one_line

TRANSIENT = frozenset({408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
"""Whether it was done, nobody knows."""


def document(answer: Answer) -> Any:
    """What was asked for. Raises UsageError, Refused, Gone, Odd."""
    if 200 <= answer.status < 300:
        return answer.json()
    raise _error(answer)


def _error(answer: Answer) -> TrackerError | UsageError:
    said = f": GitHub says {answer.said!r}" if answer.said else ""
    where = f"{answer.what}: {answer.status}{said}"
    match answer.status:
        case 401:
            return UsageError(f"GITHUB_TOKEN: is not accepted{said}; it is wrong, expired or revoked")
        case 403:
            return Refused(f"{where}; the token needs the right to write issues (issues: write)")
        case 301 | 302 | 307 | 308:
            return Absent(f"{answer.what}: has moved elsewhere", answer.status, answer.header("location"))
        case 404 | 410:
            return Absent(f"{where}; it does not exist, or the token may not see it", answer.status)
        case 409:
            return Conflict(where)
        case 422:
            faults = tuple(_faults(answer))
            return Invalid(where + (f" ({'; '.join(map(str, faults))})" if faults else ""), faults)
        case status if 400 <= status < 500:
            return Refused(where)
    return Odd(f"{where}: is no answer of GitHub's API")


def _faults(answer: Answer) -> Iterator[Fault]:
    try:
        errors = answer.json()["errors"]
    except (Odd, KeyError, TypeError):
        return
    for one in (errors if isinstance(errors, list) else [errors])[:10]:
        if isinstance(one, dict):
            field, code, said = (one_line(one.get(key) or "") for key in ("field", "code", "message"))
            value = one.get("value")
            values = value if isinstance(value, list) else [] if value is None else [value]
            yield Fault(field, code, tuple(one_line(each) for each in values[:10]), said)
        else:
            yield Fault(said=one_line(one))
