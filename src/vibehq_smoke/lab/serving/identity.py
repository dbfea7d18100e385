"""The headers that a component puts on all its answers: the date by its clock, the version that is deployed."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from vibehq_smoke.lab.clock import Clock

VERSION_HEADER = b"x-version-id"
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Identity:
    """One component as deployed. `version` is made anew each time a lab starts, as each deployment has its own."""

    clock: Clock
    version: str | None = field(default_factory=lambda: str(uuid.uuid4()))

    def headers(self) -> RawHeaders:
        """``Date``, and the version id (INF-13) of a component that has one."""
        moment = datetime.now(UTC) + self.clock.skew
        found = [(b"date", format_datetime(moment, usegmt=True).encode())]
        if self.version and not self.clock.faults.on("version-metadata-missing"):
            found.append((VERSION_HEADER, self.version.encode()))
        return found
