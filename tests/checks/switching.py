"""The lab's operator channel, as a test uses it: switching faults, reading rows and credentials."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

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
    found: list[dict[str, Any]] = _ask(target, "GET", "/faults")
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
    found: dict[str, str] = _ask(target, "GET", "/credentials")
    return found


def _post(target: Target, path: str, body: dict[str, Any]) -> Any:
    return _ask(target, "POST", path, json.dumps(body))


def _ask(target: Target, method: str, path: str, body: str | None = None) -> Any:
    channel = urlsplit(target.operator.url or "")
    # A client of the standard library: httpx would build a TLS context for each call.
    connection = HTTPConnection(channel.hostname or "", channel.port, timeout=10)
    try:
        connection.request(method, path, body, {"content-type": "application/json"})
        reply = connection.getresponse()
        text = reply.read().decode()
    finally:
        connection.close()
    assert reply.status == 200, f"{method} {path}: {reply.status} {text}"
    return json.loads(text)
