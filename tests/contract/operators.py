"""The operator channel: what the contract's five verbs (2.0) look like over HTTP here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from .caller import json_of

Row = dict[str, Any]


@dataclass(frozen=True)
class Operator:
    """Reads databases, calls entrypoints, fires crons, reads logs and breaks things on request."""

    http: httpx.Client

    def credentials(self) -> dict[str, str]:
        """The account and the service token: ``email``, ``password``, ``service_token``."""
        return dict(json_of(self.http.get("/credentials"), 200))

    def rows(self, db: str, select: str, *params: object) -> list[Row]:
        """The rows of a SELECT on one of the four databases, by binding name."""
        body = {"db": db, "select": select, "params": list(params)}
        return list(json_of(self.http.post("/sql", json=body), 200)["results"])

    def count(self, db: str, table: str) -> int:
        """How many rows a table has (the table's name comes from the tests)."""
        return int(self.rows(db, f"select count(*) as n from {table}")[0]["n"])  # noqa: S608 - our own table names

    def call(self, binding: str, method: str, *args: object) -> httpx.Response:
        """An RPC call, whatever comes of it."""
        return self.http.post("/rpc", json={"binding": binding, "method": method, "args": list(args)})

    def rpc(self, binding: str, method: str, *args: object) -> Any:
        """The result of an RPC call that must not raise."""
        return json_of(self.call(binding, method, *args), 200)["result"]

    def cron(self, expression: str, worker: str | None = None) -> httpx.Response:
        """Fires a cron expression at the orchestrator, or at a worker that has crons of its own."""
        return self.http.post("/cron", json={"cron": expression} | ({"worker": worker} if worker else {}))

    def logs(self, since: int = 0) -> list[Row]:
        """Log lines after a sequence number."""
        return list(json_of(self.http.get("/logs", params={"since": since}), 200))


@contextmanager
def broken(operator: Operator, *faults: str) -> Iterator[None]:
    """The faults are on for as long as the block lasts."""
    try:
        for fault in faults:
            json_of(operator.http.post("/fault", json={"id": fault, "on": True}), 200)
        yield
    finally:
        for fault in faults:
            json_of(operator.http.post("/fault", json={"id": fault, "on": False}), 200)
