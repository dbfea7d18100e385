"""A project whose target and checks spill canaries wherever they can.

How to use it, for whatever writes something::

    with planted_project(folder, canaries()) as project:
        done = smoke("run", *project.suite, "--out", "out", folder=folder, env=project.env)
        assert project.leaks_in_files(folder / "out") == []

Every canary is asked for once for each of the ways in which a check can end, so that all of them become findings.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.stub import STATUS

from .encoding import CARRIERS, TELLING, WAYS, planted
from .kinds import Canary
from .searching import cells_of, leaks_in, markers_in, texts_in

CHECKS = '''
"""Checks that spill what they are given."""

import json, logging, os, pathlib, sys
from vibehq_smoke import P0, check

ENDINGS = ("fails", "degrades", "crashes")
PLANTED = json.loads(pathlib.Path(os.environ["PLANTED"]).read_text(encoding="utf-8"))


def spilling(number, one, ending):
    async def it_spills(hq):
        turn = ENDINGS.index(ending)
        said = one["said"][turn :: len(ENDINGS)]
        for how in range(one["carriers"])[turn :: 2 * len(ENDINGS)]:
            path = f"/api/echo/{number}/{how}{one['path']}"
            reply = await hq.api.post(path, params=one["params"], headers=one["headers"], json=one["json"])
        hq.note(f"the answer was {reply.text}")
        for text in said:
            print(text)
            hq.note(text)
            hq.log(text)
            logging.getLogger("mine").warning("the platform said %s", text)
            print(text, file=sys.stderr)
        if ending == "fails":
            assert reply.text == said[-1], said[0]
        if ending == "degrades":
            hq.degraded(f"strange: {said[-1]}")
        if ending == "crashes":
            try:
                open(f"/nowhere/{one['file']}.txt")
            except OSError as error:
                logging.getLogger("mine").exception("no file")
                exec(compile("raise ValueError(said) from error", f"/srv/{one['file']}/app.py", "exec"), locals())

    it_spills.__doc__ = one["kind"]
    return check(f"CAN-{number}-{ending}", component="health-api", priority=P0)(it_spills)


for number, one in enumerate(PLANTED):
    for ending in ENDINGS:
        globals()[f"spills_{number}_{ending}"] = spilling(number, one, ending)
    print(*one["said"], sep="\\n")
'''


@dataclass(frozen=True)
class Project:
    """A folder with a suite that spills canaries."""

    folder: Path
    canaries: tuple[Canary, ...]
    env: dict[str, str]
    suite: tuple[str, ...] = ("canaries.toml", "--target", "hostile")

    def leaks(self, text: bytes | str) -> list[str]:
        """What of the canaries stands in ``text``."""
        return leaks_in(text, self.canaries)

    def leaks_in_files(self, folder: Path) -> list[str]:
        """What of the canaries stands in any file in ``folder`` and below, and in the names of these files."""
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        names = "\n".join(str(path.relative_to(folder)) for path in files)
        wholes = {str(path): _whole(path) for path in files} | {"the names of the files": names}
        if not self.leaks("\n".join(wholes.values())):  # much stands in several of them
            return []
        return [f"{name}: {leak}" for name, whole in wholes.items() for leak in self.leaks(whole)]

    def leaks_in_issue(self, text: str) -> list[str]:
        """As :meth:`leaks`, also of what is packed in hidden markers."""
        return self.leaks("\n".join([text, *markers_in(text)]))


def _whole(path: Path) -> str:
    """All that a reader can get out of a file."""
    raw = path.read_bytes()
    text = raw.decode("utf-8", "replace")
    if raw[:1] in (b"{", b"["):
        return "\n".join(dict.fromkeys(texts_in(json.loads(text))))
    cells = cells_of(path) if raw.startswith(b"SQLite format 3") else []
    return "\n".join([text, *cells, *(held for part in (text, *cells) for held in markers_in(part))])


@contextmanager
def planted_project(folder: Path, canaries: Sequence[Canary], *, echo: bool = True) -> Iterator[Project]:
    """Lay out the project in ``folder``, with its target running until the block ends.

    With ``echo``, the target now and then answers with the request that it got, credentials and all.
    """
    told = [canary for canary in canaries if canary.look == "known"]
    assert len(told) == len(_TOLD), "one canary for each secret that the project is told of"
    names = dict(zip(_TOLD, (canary.text for canary in told), strict=True))
    (folder / "plugins").mkdir(parents=True)
    (folder / "plugins" / "spilling.py").write_text(CHECKS, encoding="utf-8")
    spilled = [_spilled(canary) for canary in canaries]
    outside = folder.parent / f"{folder.name}-planted.json"
    outside.write_text(json.dumps(spilled), encoding="utf-8")
    (folder / "canaries.toml").write_text('[suite]\nname = "canaries"\n[suite.select]\ncategories = ["spilling"]\n')
    with _hostile(canaries, names, echo) as url:
        (folder / "smoke.toml").write_text(_SMOKE.format(url=url))
        env = {"PLANTED": str(outside)} | {f"CANARY_{name.upper()}": secret for name, secret in names.items()}
        try:
            yield Project(folder, tuple(canaries), env)
        finally:
            outside.unlink()


_SMOKE = """
[targets.hostile]
base_url = "{url}"
environment = "local"
[targets.hostile.auth]
kind = "login"
email_env = "CANARY_EMAIL"
password_env = "CANARY_PASSWORD"
[targets.hostile.service_auth]
kind = "header"
header = "X-Service"
token_env = "CANARY_SERVICE"
[issues]
confirm_after = 1
new_per_run = 1000
new_per_day = 10000
mass_failure = 1000
writes_per_run = 10000
comment_every_h = 0.001
"""
_TOLD = ("cookie", "service", "password", "email", "session")
"""In the order of the known canaries."""


def _spilled(canary: Canary) -> dict[str, Any]:
    """What the checks say of one canary, and where in a request they put it."""
    carriers = TELLING if canary.look == "key" else CARRIERS
    opaque = quote(canary.text, safe="")
    said = [planted(canary, carrier, way) for carrier, way in zip(carriers, [*[*WAYS][::2], *WAYS], strict=False)]
    by_key = canary.look == "key"
    return {
        "kind": canary.kind,
        "said": [planted(canary, next(iter(carriers)), "plain"), *said],
        "carriers": len(carriers),
        "file": "app" if by_key else opaque,
        "path": "" if by_key else f"/{opaque}",
        "params": {canary.key: canary.text} if by_key else {"q": canary.text, "next": f"https://h.invalid/?t={opaque}"},
        "headers": {
            "X-Api-Key": opaque,
            "Cookie": f"theme={opaque}",
            "Referer": f"https://h.invalid/?api_key={opaque}",
        },
        "json": {canary.key: canary.text} if by_key else {"note": canary.text, "in": {"list": [canary.text]}},
    }


class _Hostile(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        path, _, query = self.path.partition("?")
        names: dict[str, str] = self.server.names  # type: ignore[attr-defined]  # given by _hostile
        if path == "/api/status":
            self._answer(200, json.dumps(STATUS))
        elif path == "/api/auth/login":
            given = json.dumps({"success": True, "data": {"sessionId": names["session"]}})
            self._answer(200, given, {"Set-Cookie": f"accessToken={names['cookie']}; Path=/; HttpOnly"})
        elif path.startswith("/api/echo/"):
            number, how = (int(part) for part in path.split("/")[3:5])
            self._spill(self.server.canaries[number], how, path, query, sent)  # type: ignore[attr-defined]
        else:
            self._answer(200, json.dumps({"success": True, "data": {"user": "smoke"}}))

    do_POST = do_GET  # noqa: N815 - the name that the base class looks for

    def _spill(self, canary: Canary, how: int, path: str, query: str, sent: str) -> None:
        carriers = list(TELLING if canary.look == "key" else CARRIERS)
        way = list(WAYS)[(3 * how + len(canary.kind)) % len(WAYS)]
        opaque = quote(canary.text, safe="")
        headers = {
            "Set-Cookie": f"{canary.key}={opaque}; Path=/",
            "Location": f"https://user:{opaque}@h.invalid/x?{canary.key}={opaque}#token={opaque}",
            "X-Debug": opaque,
        }
        if canary.look != "key":
            headers |= {"Server": opaque, "X-Request-Id": opaque, "ETag": f'"{opaque}"'}
        body = planted(canary, carriers[how], way)
        if how == 1 and canary.look != "key" and self.server.echo:  # type: ignore[attr-defined]  # as above
            body = json.dumps({"you": {"asked": path, "with": query, "and": sent, "as": dict(self.headers.items())}})
        self._answer(500 if how == 2 else 200, body, headers)

    def _answer(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        raw = body.encode()
        self.send_response(status)
        self.send_header("content-type", "application/json" if body[:1] in ("{", "[") else "text/html")
        self.send_header("content-length", str(len(raw)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@contextmanager
def _hostile(canaries: Sequence[Canary], names: dict[str, str], echo: bool) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hostile)
    server.daemon_threads = True
    server.canaries, server.names = canaries, names  # type: ignore[attr-defined]  # how the handler finds them
    server.echo = echo  # type: ignore[attr-defined]  # as above
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
