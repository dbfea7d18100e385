"""A server of a few lines for what workflows ask of GitHub beyond issues, over real HTTP, in a thread."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    """With its query."""
    authorization: str | None
    body: str


@dataclass
class Server:
    """Answers by path: a document, a text, or an address to go on to; 404 for others."""

    url: str
    documents: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Server]:
    """Serve on a free port until the block ends."""
    listening = ThreadingHTTPServer((host, 0), _Handler)
    listening.daemon_threads = True
    server = Server(f"http://{host}:{listening.server_port}")
    listening.answers = server  # type: ignore[attr-defined]  # how the handler finds them
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, body: str) -> None:
        server: Server = self.server.answers  # type: ignore[attr-defined]  # set above
        server.asked.append(Asked(self.command, self.path, self.headers["Authorization"], body))
        if self.path in server.elsewhere:
            self.send_response(302)
            self.send_header("Location", server.elsewhere[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        known = self.path in server.documents or self.path in server.texts
        text = server.texts.get(self.path) or json.dumps(server.documents.get(self.path, {"message": "Not Found"}))
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""
