"""The https port of the orchestrator: opened when first wanted, with the certificate that the switches ask for."""

import asyncio
import shutil
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from starlette.types import ASGIApp

from vibehq_smoke.lab.clock import iso
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.serving.identity import RawHeaders
from vibehq_smoke.lab.serving.ports import Port
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.tls.authority import DAY, NAMES, OTHER_NAME, Authority, Certificate, today

# fault -> names on the certificate, and when it ends, counted from now; the first that is on decides
CASES: tuple[tuple[str, tuple[str, ...], timedelta], ...] = (
    ("tls-expired", NAMES, -DAY),
    ("tls-wrong-host", (OTHER_NAME,), 90 * DAY),
    ("tls-expiring", NAMES, 3 * DAY),
)
HEALTHY = ("valid", NAMES, 90 * DAY)


@dataclass
class TlsPort:
    """The port with its authority. `app` is that of the plain port."""

    folder: Path
    faults: Faults
    app: ASGIApp
    headers: Callable[[], RawHeaders]
    port: Port | None = None
    authority: Authority | None = None
    context: ssl.SSLContext = field(default_factory=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    certificates: dict[str, Certificate] = field(default_factory=dict)
    shown: Certificate | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def wanted(self) -> bool:
        """Whether it has to be there: it was asked for before, or a fault is to be seen on it."""
        return self.port is not None or any(self.faults.on(fault) for fault, _, _ in CASES)

    async def describe(self, *, alive: bool) -> Json:
        """Open the port if that was not done: its URL, the authority to trust, when its certificate ends.

        Raises NoCertificatesError, OSError.
        """
        await self.align(alive=alive)
        assert self.port is not None
        assert self.authority is not None
        assert self.shown is not None
        url = f"https://localhost:{self.port.number}"
        return {"url": url, "ca_pem": self.authority.pem, "not_after": iso(self.shown.not_after)}

    async def align(self, *, alive: bool) -> None:
        """Show new connections the certificate that the switches ask for; refuse them while the process is dead.

        Raises NoCertificatesError, OSError.
        """
        async with self._lock:
            self.shown = await self._certificate()
            self.context.load_cert_chain(self.shown.file)
            self.port = self.port or Port.hold()
            if alive:
                await self.port.open(self.app, self.headers, self.context)
                self.port.refresh()
            else:
                await self.port.shut(keep=True)

    async def close(self) -> None:
        """Give the port back and remove the keys."""
        if self.port is not None:
            await self.port.shut(keep=False)
            await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    async def _certificate(self) -> Certificate:
        name, names, lasts = next((case for case in CASES if self.faults.on(case[0])), HEALTHY)
        self.authority = self.authority or await Authority.make(self.folder)
        if name not in self.certificates:
            begins, ends = _span(lasts)
            self.certificates[name] = await self.authority.certify(name, names, begins, ends)
        return self.certificates[name]


def _span(lasts: timedelta) -> tuple[datetime, datetime]:
    ends = today() + lasts
    return min(today() - DAY, ends - 90 * DAY), ends
