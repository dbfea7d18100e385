"""Junk by hand for what no document describes: the operator's port, RPC, signed and self-checked routes, raw bytes."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fuzzing.junk import JUNK, RAW, STATEMENTS
from tests.lab.running import RunningLab

# An answer that says truly that something is not to be had: no certificates can be made on this machine.
HONEST = (501,)


@dataclass(frozen=True)
class Finding:
    """A request that was answered with a server error, or not at all."""

    request: str
    answer: str


@dataclass
class Doors:
    """Sends junk to a lab. After `knock`, `found` has what went wrong, `requests` how many were sent."""

    lab: RunningLab
    found: list[Finding] = field(default_factory=list)
    requests: int = 0

    def knock(self, posts: Mapping[str, Sequence[str]]) -> None:
        """Try everything. `posts` has the paths that read a body, by base URL."""
        for base, paths in posts.items():
            headers = self.lab.headers if base == self.lab.base else self.lab.service
            for path in paths:
                self._raw(base + path, headers)
        for junk in JUNK:
            self._webhook(junk)
            self._envelope(junk)
            self._operator(junk)
        self._sql()
        self._rpc()
        self._leave()
        for path in ("/sql", "/rpc", "/cron", "/fault"):
            self._raw(self.lab.operator + path)
        for path in ("/ping", "/tls", "/rpc", "/openapi.json", "/openapi/nobody.json", "/nowhere"):
            self._try("GET", self.lab.operator + path)

    def _raw(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        for name, content in RAW.items():
            self._try("POST", url, name, content=content, headers=headers)

    def _webhook(self, junk: object) -> None:
        """Rightly signed, so that it is read."""
        secret = self.lab.account["github_webhook_secret"].encode()
        for body in (junk, {"action": junk, "repository": junk}, {"repository": {"full_name": junk}}):
            content = json.dumps(body).encode()
            signature = "sha256=" + hmac.new(secret, content, hashlib.sha256).hexdigest()
            signed = {"X-Hub-Signature-256": signature, "X-GitHub-Event": "push"}
            self._try("POST", f"{self.lab.base}/api/integrations/github/webhook", content=content, headers=signed)

    def _envelope(self, junk: object) -> None:
        """For the right DSN, so that it is read."""
        header = {"dsn": self.lab.account["sentry_dsn"], "event_id": junk, "sent_at": junk}
        lines = [header, {"type": junk, "length": junk}, junk]
        content = "\n".join(json.dumps(line) for line in lines).encode()
        self._try("POST", f"{self.lab.base}/api/sentry/tunnel", content=content)

    def _operator(self, junk: object) -> None:
        orders: tuple[tuple[str, object], ...] = (
            ("/sql", {"db": junk, "select": junk, "params": junk}),
            ("/sql", {"db": "DB_OPS", "select": "select ?", "params": [junk]}),
            ("/rpc", {"binding": junk, "method": junk, "args": junk}),
            ("/fault", {"id": junk, "on": junk}),
            ("/cron", {"cron": junk, "worker": junk}),
            ("/cron", {"cron": junk}),
        )
        for path, body in orders:
            self._try("POST", self.lab.operator + path, json=body)
        for path in ("/logs", "/faults"):
            self._try("GET", self.lab.operator + path, params={"since": str(junk), "on": str(junk)})

    def _sql(self) -> None:
        for statement in STATEMENTS:
            self._try("POST", f"{self.lab.operator}/sql", json={"db": "DB_OPS", "select": statement})

    def _rpc(self) -> None:
        """Every method of every entrypoint with arguments that mean nothing."""
        offered: dict[str, Any] = self.lab.client.get(f"{self.lab.operator}/rpc").json()
        for binding, entrypoint in offered.items():
            for method in entrypoint["methods"]:
                for arguments in ([], [{}, {}, {}], *([junk] for junk in JUNK)):
                    call = {"binding": binding, "method": method, "args": arguments}
                    self._try("POST", f"{self.lab.operator}/rpc", json=call)

    def _leave(self) -> None:
        """What the documents were narrowed by: it ends sessions."""
        for junk in ("x", "%00", "%F0%9F%92%A5", "x" * 5_000, "..%2f"):
            self._try("DELETE", f"{self.lab.base}/api/auth/sessions/{junk}", headers=self.lab.headers)
        for name, content in RAW.items():
            headers = self.lab.sign_in()
            self._try("POST", f"{self.lab.base}/api/auth/logout", name, content=content, headers=headers)

    def _try(self, method: str, url: str, name: str = "", **request: Any) -> None:
        self.requests += 1
        said = f"{method} {url[:100]} {name or str(request)[:300]}"
        try:
            reply = self.lab.client.request(method, url, **request)
        except httpx.HTTPError as error:
            self.found.append(Finding(said, f"{type(error).__name__}: {error}"))
            return
        if reply.status_code >= 500 and reply.status_code not in HONEST:
            self.found.append(Finding(said, f"{reply.status_code} {reply.text[:200]}"))
