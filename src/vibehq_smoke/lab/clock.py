"""Timestamps as the platform writes them."""

from datetime import UTC, datetime, timedelta


def now_iso(offset: timedelta = timedelta()) -> str:
    """The present moment plus `offset`: UTC, milliseconds, ``Z``; sorts as text in the order of time."""
    return iso(datetime.now(UTC) + offset)


def iso(moment: datetime) -> str:
    """`moment` (aware) in the one format that every table and answer uses."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def parse_iso(text: str) -> datetime:
    """An aware moment from ISO-8601 text; text without a zone is UTC. Raises ValueError when it is no date."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
