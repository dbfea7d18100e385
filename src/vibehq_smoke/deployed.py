"""What is deployed on the target and since when, as whoever starts the run says it.

Only with this can a failure on something newer than a fix be told from one that the fix has not reached yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from .errors import UsageError

ID_OPTION, ID_VARIABLE = "--deploy", "VIBEHQ_SMOKE_DEPLOY"
TIME_OPTION, TIME_VARIABLE = "--deployed-at", "VIBEHQ_SMOKE_DEPLOYED_AT"
_LONGEST = 200


@dataclass(frozen=True)
class Deployed:
    """A deploy, as far as it is known."""

    id: str | None = None
    """A version id or a commit."""
    at: datetime | None = None


def deployed(id_: str | None, at: str | None, environ: Mapping[str, str]) -> Deployed:
    """What the options say, else what the environment says; an empty variable says nothing. Raises UsageError."""
    return Deployed(
        _id(*_said(id_, ID_OPTION, ID_VARIABLE, environ)), _at(*_said(at, TIME_OPTION, TIME_VARIABLE, environ))
    )


def _said(given: str | None, option: str, variable: str, environ: Mapping[str, str]) -> tuple[str | None, str]:
    """The value, and what to call its place."""
    return (given, option) if given is not None else (environ.get(variable) or None, variable)


def _id(value: str | None, where: str) -> str | None:
    if value is None:
        return None
    if not value or len(value) > _LONGEST or not value.isprintable() or " " in value:
        raise UsageError(f"{where}: got {_shown(value)}, allowed is a version id or a commit, without spaces")
    return value


def _at(value: str | None, where: str) -> datetime | None:
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise UsageError(f"{where}: got {_shown(value)}, allowed is a time with its zone, such as 2026-05-01T22:00:00Z")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise UsageError(f"{where}: got {_shown(value)}, which is out of range") from None


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else f"{value[:57]}...")
