"""The headers that a component puts on all its answers: date by its clock, version, what a browser must not guess."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from vibehq_smoke.lab.clock import Clock

VERSION_HEADER = b"x-version-id"
HARDENED = (b"x-content-type-options", b"nosniff")
HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Identity:
    """One component as deployed. `version` is made anew each time a lab starts, as each deployment has its own."""

    clock: Clock
    version: str | None = field(default_factory=lambda: str(uuid.uuid4()))

    def headers(self) -> RawHeaders:
        """``Date``, that types are not to be guessed, and the version id (INF-13) of a component that has one."""
        moment = datetime.now(UTC) + self.clock.skew
        found = [(b"date", format_datetime(moment, usegmt=True).encode())]
        if self.version and not self.clock.faults.on("version-metadata-missing"):
            found.append((VERSION_HEADER, self.version.encode()))
        if not self._bare:
            found.append(HARDENED)
        return found

    def https_headers(self) -> RawHeaders:
        """The same over https, and that browsers are to stay there."""
        return self.headers() if self._bare else [*self.headers(), HTTPS_ONLY]

    @property
    def _bare(self) -> bool:
        return self.clock.component == "orchestrator" and self.clock.faults.on("headers-missing")
