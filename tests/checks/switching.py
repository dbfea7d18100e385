"""The lab's operator channel, as a test uses it: switching faults, reading rows and credentials."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from vibehq_smoke.config import Target


@contextmanager
def fault(target: Target, *ids: str) -> Iterator[None]:
    """Switch faults on for the length of the block."""
    for id_ in ids:
        _post(target, "/fault", {"id": id_, "on": True})
    try:
        yield
    finally:
        for id_ in ids:
            _post(target, "/fault", {"id": id_, "on": False})


def all_faults(target: Target) -> list[dict[str, Any]]:
    """Every fault that the lab knows, with the findings that it expects of a harness."""
    found: list[dict[str, Any]] = httpx.get(f"{_channel(target)}/faults").json()
    return found


def rows(target: Target, database: str, select: str, *params: object) -> list[dict[str, Any]]:
    """Rows of one of the lab's databases."""
    found: list[dict[str, Any]] = _post(target, "/sql", {"db": database, "select": select, "params": params})["results"]
    return found


def count(target: Target, database: str, tables: Sequence[str]) -> dict[str, int]:
    """How many rows each table holds."""
    return {table: rows(target, database, f"select count(*) as n from {table}")[0]["n"] for table in tables}  # noqa: S608 - names of our own


def credentials(target: Target) -> dict[str, str]:
    """The account and the service token that the lab made up."""
    found: dict[str, str] = httpx.get(f"{_channel(target)}/credentials").json()
    return found


def _post(target: Target, path: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = httpx.post(f"{_channel(target)}{path}", json=body)
    reply.raise_for_status()
    answer: dict[str, Any] = reply.json()
    return answer


def _channel(target: Target) -> str:
    assert target.operator.url is not None
    return target.operator.url
