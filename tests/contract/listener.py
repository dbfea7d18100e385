"""A callback listener on a thread: what workers post to it, and how it answers them (mode H/cb of the contract)."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .waiting import until


@dataclass(frozen=True)
class Callback:
    """One POST: when it came (monotonic seconds), to which path, with which headers and JSON body."""

    at: float
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class Listener:
    """Keeps callbacks apart by the first segment of their path, so that one server serves many executions."""

    url: str
    received: list[Callback] = field(default_factory=list)
    answers: dict[str, Sequence[int]] = field(default_factory=dict)

    def target(self, key: str, *answers: int) -> str:
        """A callback URL; the n-th POST to it is answered with the n-th status, later ones with the last (200)."""
        self.answers[key] = answers or (200,)
        return f"{self.url}/{key}/health-check/result"

    def at(self, key: str) -> list[Callback]:
        """What has come to the target so far, in order."""
        return [callback for callback in list(self.received) if callback.path.startswith(f"/{key}/")]

    def wait(self, key: str, number: int = 1, *, seconds: float = 30.0) -> list[Callback]:
        """At least ``number`` callbacks at the target."""
        return until(
            lambda: seen if len(seen := self.at(key)) >= number else None,
            seconds=seconds,
            what=f"{number} callback(s) to {key}, came: {len(self.at(key))}",
        )

    def silence(self, key: str, *, seconds: float) -> list[Callback]:
        """What has come to the target once nothing more came for ``seconds``."""
        seen = len(self.at(key))
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < seconds:
            time.sleep(0.05)
            if len(self.at(key)) != seen:
                seen, quiet_since = len(self.at(key)), time.monotonic()
        return self.at(key)


def _handler(listener: Callable[[], Listener], lock: threading.Lock) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            here, key = listener(), self.path.split("/")[1]
            with lock:
                here.received.append(Callback(time.monotonic(), self.path, dict(self.headers), json.loads(raw)))
                number = len(here.at(key))
            answers = here.answers.get(key, (200,))
            self.send_response(answers[min(number, len(answers)) - 1])
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parameter's name in the base class
            pass

    return Handler


@contextmanager
def started_listener() -> Iterator[Listener]:
    """A listener on a free local port for as long as the block lasts."""
    lock = threading.Lock()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda: listener, lock)) as server:
        listener = Listener(f"http://localhost:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()
