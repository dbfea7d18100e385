"""Known secrets in whatever a hostile echo makes of them: none of them appears in anything that a run writes."""

import base64
import html
import json
import secrets
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.stub import STATUS

from .running import HEAD, ROOT, Run, command, smoke
from .test_example_plugin import METADATA

CHECKS = (
    HEAD
    + """
import logging, os
LETTERS = ("plain", "escaped", "base64", "url", "html")

def about(letter, status):
    async def it_asks(hq):
        secret = hq.service_headers()
        reply = await hq.api.post(f"/api/echo/{letter}", json={"message": "hello"},
                                  headers=secret, params={"api_key": os.environ["CANARY_QUERY"]})
        hq.note(f"the answer was {reply.text}")
        hq.log(f"the answer was {reply.text}")
        logging.getLogger("mine").warning("the answer was %s", reply.text)
        if status == "fails":
            assert reply.text == ""
        if status == "expects":
            reply.expect(status=201)
        if status == "crashes":
            raise RuntimeError(f"cannot read {reply.text} with {secret}")
        if status == "degrades":
            hq.degraded(f"strange: {reply.text}")
    return check(f"SEC-{letter}-{status}", component="health-api", priority=P1)(it_asks)

for letter in LETTERS:
    for status in ("passes", "fails", "expects", "crashes", "degrades"):
        globals()[f"{letter}_{status}"] = about(letter, status)
"""
)


@dataclass
class Canaries:
    """The secrets of one run: some configured, some given by the platform."""

    token: str = field(default_factory=lambda: f"tok-{secrets.token_urlsafe(24)}")
    service: str = field(default_factory=lambda: f"svc/{secrets.token_hex(16)}+==")
    password: str = field(default_factory=lambda: f'p"<&>ä\\/ +{secrets.token_hex(12)}')
    cookie: str = field(default_factory=lambda: f"ck.{secrets.token_hex(16)}")
    session: str = field(default_factory=lambda: f"ses_{secrets.token_hex(16)}")
    query: str = field(default_factory=lambda: f"qry{secrets.token_hex(16)}")

    def forms(self, secret: str) -> set[str]:
        """What a reader could take the secret from."""
        raw = secret.encode()
        return {
            secret,
            html.escape(secret),
            quote(secret, safe=""),
            json.dumps(secret)[1:-1],
            base64.b64encode(raw).decode().rstrip("="),
        }


def encoded(letter: str, seen: dict[str, Any]) -> tuple[str, bytes]:
    text = json.dumps(seen)
    match letter:
        case "escaped":
            return "application/json", json.dumps({"error": json.dumps({"request": text})}).encode()
        case "base64":
            credentials = {name: base64.b64encode(value.encode()).decode() for name, value in seen["secrets"].items()}
            return "application/json", json.dumps({"detail": credentials}).encode()
        case "url":
            return "text/plain", "&".join(f"x={quote(value, safe='')}" for value in seen["secrets"].values()).encode()
        case "html":
            return "text/html", f"<pre>{html.escape(text)}</pre>".encode()
        case _:
            return "application/json", text.encode()


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        canaries: Canaries = self.server.canaries  # type: ignore[attr-defined]  # given by echo_platform
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        path = self.path.partition("?")[0]
        if path == "/api/status":
            self._answer(200, "application/json", json.dumps(STATUS).encode())
        elif path == "/api/auth/login":
            given = {"success": True, "data": {"sessionId": canaries.session}}
            self._answer(
                200, "application/json", json.dumps(given).encode(), Set_Cookie=f"accessToken={canaries.cookie}; Path=/"
            )
        elif path.startswith("/api/echo/"):
            known = {name: value for name, value in vars(canaries).items() if name != "query"}
            seen = {"headers": dict(self.headers.items()), "url": self.path, "body": body, "secrets": known}
            kind, answer = encoded(path.rpartition("/")[2], seen)
            own = {f"X_{name}": value for name, value in known.items() if value.isascii()}
            self._answer(500 if "html" in path else 200, kind, answer, X_Request_Id=canaries.session, **own)
        else:
            self._answer(200, "application/json", json.dumps({"success": True, "data": {"user": body}}).encode())

    do_POST = do_GET  # noqa: N815 - the name that the base class looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@contextmanager
def echo_platform(canaries: Canaries) -> Iterator[str]:
    """Serve until the block ends; gives the base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.daemon_threads = True
    server.canaries = canaries  # type: ignore[attr-defined]  # how the handler finds them
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


AUTH = {
    "bearer": 'kind = "bearer"\ntoken_env = "CANARY_TOKEN"\n',
    "cookie": 'kind = "cookie"\nvalue_env = "CANARY_COOKIE"\n',
    "login": 'kind = "login"\nemail_env = "CANARY_EMAIL"\npassword_env = "CANARY_PASSWORD"\n',
}
SENT = {"bearer": ("token",), "cookie": ("cookie",), "login": ("password", "session", "cookie")}
"""The canaries that each kind of signing in uses; the service token and the query's key are always there."""


def lay_out(folder: Path, url: str, kind: str, canaries: Canaries) -> dict[str, str]:
    """A project with the example plugin installed; gives the environment."""
    for name in ("plugins", "site/vibehq_smoke_example-1.0.0.dist-info"):
        (folder / name).mkdir(parents=True)
    shutil.copy(ROOT / "examples" / "plugin" / "vibehq_smoke_example.py", folder / "site")
    info = folder / "site" / "vibehq_smoke_example-1.0.0.dist-info"
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text("[vibehq_smoke]\nexample = vibehq_smoke_example\n")
    (folder / "plugins" / "sec.py").write_text(CHECKS)
    (folder / "mine.toml").write_text('[suite]\nname = "mine"\n[suite.select]\ncategories = ["sec"]\n')
    (folder / "smoke.toml").write_text(
        f'[targets.stub]\nbase_url = "{url}"\nenvironment = "local"\n[targets.stub.auth]\n{AUTH[kind]}'
        '[targets.stub.service_auth]\nkind = "header"\nheader = "X-Service"\ntoken_env = "CANARY_SERVICE"\n'
    )
    return {
        "PYTHONPATH": str(folder / "site"),
        "CANARY_TOKEN": canaries.token,
        "CANARY_COOKIE": canaries.cookie,
        "CANARY_EMAIL": "smoke@example.invalid",
        "CANARY_PASSWORD": canaries.password,
        "CANARY_SERVICE": canaries.service,
        "CANARY_QUERY": canaries.query,
    }


def assert_no_canary(canaries: Canaries, kind: str, done: Run, *files: Path) -> None:
    texts = {"stdout": done.stdout, "stderr": done.stderr} | {file.name: file.read_text() for file in files}
    for name in (*SENT[kind], "service", "query"):
        for form in canaries.forms(getattr(canaries, name)):
            found = {
                place: text[max(0, text.find(form) - 150) :][:300] for place, text in texts.items() if form in text
            }
            assert not found, f"the {name} stands in {', '.join(found)}: {found}"


@pytest.fixture
def laid_out(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Canaries, dict[str, str]]]:
    """A project in ``tmp_path`` against the echo; the parameter is the kind of signing in."""
    kind: str = request.param
    canaries = Canaries()
    # The harness cannot know the secrets that this kind does not send, so the echo does not know them either.
    for name in {"token", "password", "cookie", "session"} - set(SENT[kind]):
        setattr(canaries, name, f"no-{name}")
    with echo_platform(canaries) as url:
        yield canaries, lay_out(tmp_path, url, kind, canaries)


KINDS = pytest.mark.parametrize(("laid_out", "kind"), [(kind, kind) for kind in AUTH], indirect=["laid_out"], ids=AUTH)
SUITE = ("mine.toml", "--target", "stub")


@KINDS
def test_no_secret_is_in_anything_that_a_run_writes(
    tmp_path: Path, kind: str, laid_out: tuple[Canaries, dict[str, str]]
) -> None:
    canaries, env = laid_out
    done = smoke("run", *SUITE, "--out", "out", "--sink", "example", folder=tmp_path, env=env)
    outcomes = list(done.outcomes.values())
    assert {outcome: outcomes.count(outcome) for outcome in set(outcomes)} == {
        "passed": 5, "failed": 10, "error": 5, "degraded": 5,
    }  # fmt: skip
    assert "[REDACTED]" in done.page
    out = tmp_path / "out"
    assert_no_canary(canaries, kind, done, out / "results.json", out / "report.html", out / "chat.txt")


@pytest.mark.parametrize("laid_out", ["login"], indirect=True)
def test_no_secret_is_in_anything_that_pytest_writes(tmp_path: Path, laid_out: tuple[Canaries, dict[str, str]]) -> None:
    canaries, env = laid_out
    options = ("--smoke-out=out", "--junitxml=junit.xml", "--html=page.html", "--self-contained-html", "-rA", "-l")
    done = command(sys.executable, "-m", "pytest", f"--rootdir={tmp_path}", *SUITE, *options, folder=tmp_path, env=env)
    assert done.code == 1, done.said
    files = ("junit.xml", "page.html", "out/results.json", "out/report.html", "out/chat.txt")
    assert_no_canary(canaries, "login", done, *(tmp_path / name for name in files))
