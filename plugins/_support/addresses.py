"""The addresses that a target is configured with, each with the component that answers there."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from .workers import component_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq


class Address(NamedTuple):
    """Where a component answers."""

    component: str
    url: str

    @property
    def host(self) -> str:
        """The host name, or the IP address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port, the scheme's own when the address names none."""
        parts = urlsplit(self.url)
        return parts.port or (443 if self.is_https else 80)

    @property
    def is_https(self) -> bool:
        """Whether it is an https address."""
        return self.url.startswith("https://")

    @property
    def is_here(self) -> bool:
        """Whether it stays on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def addresses(hq: Hq) -> list[Address]:
    """Of the orchestrator and of every worker."""
    of_workers = [Address(component_of(worker.name), worker.url) for worker in hq.workers.values()]
    return [Address("orchestrator", hq.target.base_url), *of_workers]
