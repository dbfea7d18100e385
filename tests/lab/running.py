"""A lab as a subprocess, and a client that knows how to talk to it."""

import json
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 20.0


@dataclass
class RunningLab:
    """Addresses of a running lab, and requests to it."""

    base: str
    workers: dict[str, str]
    operator: str
    source: Path
    process: "subprocess.Popen[bytes]"
    client: httpx.Client
    account: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def worker(self) -> str:
        """URL of the factory."""
        return self.workers["agent-factory"]

    @property
    def service(self) -> dict[str, str]:
        """The service credential."""
        return {"Authorization": f"Bearer {self.account['service_token']}"}

    def csrf(self) -> dict[str, str]:
        """A fresh CSRF pair, without a session."""
        reply = self.client.get(f"{self.base}/api/auth/csrf-token")
        cookie = reply.headers["set-cookie"].partition(";")[0]
        return {"Cookie": cookie, "X-CSRF-Token": reply.json()["data"]["token"]}

    def sign_in(self) -> dict[str, str]:
        """Headers of a new session with a CSRF pair."""
        pair = self.csrf()
        body = {"email": self.account["email"], "password": self.account["password"]}
        reply = self.client.post(f"{self.base}/api/auth/login", json=body, headers=pair)
        assert reply.status_code == 200, reply.text
        return pair | {"Authorization": f"Bearer {reply.json()['data']['sessionId']}"}

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        """GET on the orchestrator, signed in."""
        return self.client.get(self.base + path, headers=self.headers, **kwargs)

    def post(self, path: str, body: object = None, **kwargs: Any) -> httpx.Response:
        """POST on the orchestrator, signed in, with the CSRF pair."""
        return self.client.post(self.base + path, json=body, headers=self.headers, **kwargs)

    def fault(self, fault: str, on: bool) -> None:
        """Turn a switch."""
        reply = self.client.post(f"{self.operator}/fault", json={"id": fault, "on": on})
        assert reply.status_code == 200, reply.text

    @contextmanager
    def at_fault(self, fault: str) -> Iterator[None]:
        """The switch is on inside."""
        self.fault(fault, True)
        try:
            yield
        finally:
            self.fault(fault, False)

    def sql(self, db: str, select: str, *params: object) -> list[dict[str, Any]]:
        """Rows by way of the operator."""
        body = {"db": db, "select": select, "params": list(params)}
        reply = self.client.post(f"{self.operator}/sql", json=body)
        assert reply.status_code == 200, reply.text
        rows: list[dict[str, Any]] = reply.json()["results"]
        return rows

    def start_run(self, *names: str, **more: object) -> str:
        """Start a health run over workers; its uuid."""
        body = {"trigger_type": "on_demand", "trigger_source": "smoke-test", "worker_filters": list(names)} | more
        reply = self.post("/api/health/checks", body)
        assert reply.status_code == 200, reply.text
        run: str = reply.json()["result"]["health_check_uuid"]
        return run

    def run_status(self, run: str) -> dict[str, Any]:
        """RunStatus of a run."""
        reply = self.get(f"/api/health/checks/{run}")
        assert reply.status_code == 200, reply.text
        status: dict[str, Any] = reply.json()["result"]
        return status

    def finished(self, run: str) -> dict[str, Any]:
        """RunStatus once the run is no longer running."""
        found: dict[str, Any] = wait_for(lambda: (s := self.run_status(run))["status"] != "running" and s)
        return found


def wait_for(probe: Callable[[], Any]) -> Any:
    """The first true value of `probe`; fails after a long while."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        value = probe()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def command(*arguments: str) -> list[str]:
    """The command line of a lab."""
    return [sys.executable, "-m", "vibehq_smoke.lab", *arguments]


@contextmanager
def started_lab(folder: Path, *arguments: str) -> Iterator[RunningLab]:
    """A lab that answers, stopped at the end."""
    file = folder / "smoke.toml"
    process = subprocess.Popen(
        command("--parent", "--quiet", "--write-config", str(file), *arguments), stdin=subprocess.PIPE
    )
    client = httpx.Client(trust_env=False, timeout=PATIENCE)
    try:
        wait_for(lambda: file.exists() or process.poll() is not None)
        assert process.poll() is None, "the lab ended before it was ready"
        yield _described(tomllib.loads(file.read_text(encoding="utf-8")), process, client)
    finally:
        client.close()
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE)


def _described(config: dict[str, Any], process: "subprocess.Popen[bytes]", client: httpx.Client) -> RunningLab:
    target = config["targets"]["lab"]
    workers = {name: worker["url"] for name, worker in target["workers"].items()}
    lab = RunningLab(target["base_url"], workers, target["operator"]["url"], Path(target["source"]), process, client)
    lab.account = client.get(f"{lab.operator}/credentials").json()
    return lab


@dataclass
class Listener:
    """A callback listener: answers with the given statuses in turn (the last one for ever) and keeps what came."""

    statuses: tuple[int, ...]
    posts: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def listener(*statuses: int) -> Iterator[Listener]:
    """A listener on a free port."""
    record = Listener(statuses or (200,))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = record.statuses[min(len(record.posts), len(record.statuses) - 1)]
            record.times.append(time.monotonic())
            record.headers.append({name.lower(): value for name, value in self.headers.items()})
            record.posts.append(json.loads(body))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    record.url = f"http://127.0.0.1:{server.server_address[1]}/health-check/result"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield record
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
