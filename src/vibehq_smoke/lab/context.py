"""What the parts of one running lab share."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.guardian import Guardian
from vibehq_smoke.lab.live.hubs import Hub
from vibehq_smoke.lab.providers.vault import made_up
from vibehq_smoke.lab.storage.databases import Databases
from vibehq_smoke.lab.storage.kv import KeyValues
from vibehq_smoke.lab.storage.log import Log


@dataclass(frozen=True)
class WorkerTarget:
    """A worker as the orchestrator knows it: name, type (``factory`` or ``specialist``), base URL."""

    name: str
    type: str
    url: str


@dataclass(frozen=True)
class Secrets:
    """Credentials made up for this lab alone."""

    email: str = "operator@vibehq.test"
    password: str = field(default_factory=lambda: f"Lab1-{secrets.token_urlsafe(18)}")
    service_token: str = field(default_factory=lambda: f"svc_{secrets.token_urlsafe(32)}")
    github_webhook_secret: str = field(default_factory=lambda: secrets.token_hex(32))
    sentry_dsn: str = field(default_factory=lambda: f"https://{secrets.token_hex(16)}@sentry.localhost/1")
    jwt_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    vault: Mapping[str, str] = field(default_factory=made_up)


@dataclass(frozen=True)
class Lab:
    """One running platform. All parts live on one event loop; nothing here is shared between labs."""

    base_url: str
    workers: tuple[WorkerTarget, ...]
    faults: Faults
    databases: Databases
    secrets: Secrets
    log: Log
    client: httpx.AsyncClient
    background: Background
    hub_health: Hub
    hub_ops: Hub
    hub_patches: Hub
    kv: KeyValues
    guardian: Guardian = field(default_factory=Guardian.none)
    gateway_url: str = ""
    started: float = field(default_factory=time.monotonic)
    started_at: str = field(default_factory=now_iso)

    @property
    def service_headers(self) -> dict[str, str]:
        """What one service sends to another (contract 3.3)."""
        return {"Authorization": f"Bearer {self.secrets.service_token}"}
