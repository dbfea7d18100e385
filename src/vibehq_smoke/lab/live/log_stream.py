"""``/api/logs/stream``: the lab's log, and the rows of ``worker_logs`` and ``build_logs``, as they are written.

First ``{type: "connected"}``, then the last 200 lines, then each new one, as ``{type: "log", data, timestamp}`` with
``{source, id, time, component, level, message, details}``. Filters come in the query (``?component=&level=``) or in a
``subscribe`` message, as with the hubs.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.live.filters import Filters, as_filters, wanted
from vibehq_smoke.lab.live.gate import own_pages_only
from vibehq_smoke.lab.live.hubs import read_text
from vibehq_smoke.lab.live.sockets import parse_frame
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import DatabaseDownError, Row

POLL_SECONDS = 0.25
TAIL = 200
KEPT = 10_000
TABLES = (
    ("worker_logs", "SELECT id, created_at, worker_id, level, message, metadata FROM worker_logs"),
    ("build_logs", "SELECT id, created_at, build_id, 'info' AS level, message, metadata FROM build_logs"),
)
_OWN = ("seq", "time", "component", "level", "message")


@dataclass(frozen=True)
class LogStream:
    """Handler of the log's socket."""

    lab: Lab

    def private(self) -> list[tuple[str, str, object]]:
        """The socket, for signed-in users."""
        return [("WEBSOCKET", "/api/logs/stream", own_pages_only(self.lab, self.serve))]

    async def serve(self, socket: WebSocket) -> None:
        """Stream until the client leaves."""
        await socket.accept()
        reader = Reader(self.lab, {name: value for name, value in socket.query_params.items() if value})
        listening = asyncio.get_running_loop().create_task(_listen(socket, reader))
        try:
            await socket.send_json({"type": "connected", "message": "Connected to log stream", "timestamp": now_iso()})
            while not listening.done():
                for line in reader.new():
                    await socket.send_json({"type": "log", "data": line, "timestamp": now_iso()})
                await asyncio.wait([listening], timeout=POLL_SECONDS)
        except (WebSocketDisconnect, RuntimeError):  # RuntimeError: sending after the client has left
            pass
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@dataclass
class Reader:
    """What one client has not seen yet and its filters want."""

    lab: Lab
    filters: Filters
    seen: dict[str, int] = field(default_factory=dict)

    def new(self) -> Iterator[Json]:
        """Lines written since the last call; at first the newest 200 of the log and of each table."""
        lines = self.lab.log.since(self.seen.get("lab", 0), KEPT)
        if "lab" not in self.seen:
            lines = lines[-TAIL:]
        self.seen["lab"] = lines[-1]["seq"] if lines else self.seen.get("lab", 0)
        for found in [*map(_of_log, lines), *self._rows()]:
            if wanted(self.filters, "log", found):
                yield found

    def _rows(self) -> Iterator[Json]:
        for table, select in TABLES:
            try:
                after = self.seen.get(table, -1)
                newest = f"SELECT * FROM ({select} WHERE id > ? ORDER BY id DESC LIMIT ?) ORDER BY id"  # noqa: S608 - ours
                rows = self.lab.databases.ops.rows(newest, (after, TAIL))
            except DatabaseDownError:
                continue
            self.seen[table] = rows[-1]["id"] if rows else after
            yield from (_of_row(table, row) for row in rows)


async def _listen(socket: WebSocket, reader: Reader) -> None:
    while True:
        frame = parse_frame(await read_text(socket))
        if frame.get("type") == "subscribe":
            reader.filters = as_filters(frame.get("filters"))
            data = {"filters": dict(reader.filters)}
            await socket.send_json({"type": "subscribed", "data": data, "timestamp": now_iso()})
        else:
            await socket.send_json({"type": "error", "data": {"error": "Unknown message type"}, "timestamp": now_iso()})


def _of_log(line: Json) -> Json:
    details = {name: value for name, value in line.items() if name not in _OWN}
    own = {name: line[name] for name in _OWN if name != "seq"}
    return {"source": "lab", "id": line["seq"]} | own | {"details": details or None}


def _parsed(metadata: str | None) -> object:
    try:
        return json.loads(metadata) if metadata else None
    except ValueError:
        return metadata


def _of_row(table: str, row: Row) -> Json:
    return {
        "source": table, "id": row["id"], "time": row["created_at"], "level": row["level"], "message": row["message"],
        "component": row.get("worker_id") or row.get("build_id"),
        "details": _parsed(row["metadata"]),
    }  # fmt: skip
