"""A platform of a few lines: answers what a test tells it to, over real HTTP, in a thread."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STATUS = {"success": True, "data": {"globalUserMessage": "", "changeLogs": "", "hasActiveMessage": False}}


@dataclass
class Answer:
    """What one path answers: JSON, after ``delay_s`` seconds."""

    body: Any = field(default_factory=dict)
    status: int = 200
    delay_s: float = 0.0
    content_type: str = "application/json"
    echo: bool = False
    """Whether it answers with what was sent."""
    dated: bool = True
    """Whether it has a ``Date`` header."""
    then: Any = None
    """What it answers from the second time on, when that is something else."""


@dataclass
class Stub:
    """The running stub: set ``answers[path]``, read ``asked``."""

    base_url: str
    answers: dict[str, Answer]
    asked: list[str] = field(default_factory=list)


@contextmanager
def stub_platform() -> Iterator[Stub]:
    """Serve on a free port until the block ends. ``/api/status`` is answered as the contract wants (R4)."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    stub = Stub(f"http://localhost:{server.server_port}", {"/api/status": Answer(STATUS)})
    server.stub = stub  # type: ignore[attr-defined]  # how the handler finds its answers
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left early is what some tests are about, and nothing to print a traceback for."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        stub: Stub = self.server.stub  # type: ignore[attr-defined]  # as above
        stub.asked.append(self.path)
        answer = stub.answers.get(self.path, Answer({"error": "Not Found"}, 404))
        time.sleep(answer.delay_s)
        sent = self.rfile.read(int(self.headers.get("content-length") or 0))
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        body = sent if answer.echo else body
        answer.body = answer.body if answer.then is None else answer.then
        (self.send_response if answer.dated else self.send_response_only)(answer.status)
        self.send_header("content-type", answer.content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that the base class looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""
