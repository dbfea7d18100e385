"""What the orchestrator's entrypoints return, as far as cheap calls show it (contract 2.7, 8.1, INF-07, INF-11)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from vibehq_smoke.platform.dialects import Dialect, Paths

from .distinct import distinct
from .fields import Flag, Name


class Done(Dialect):
    """An entrypoint says that it did what it was asked for."""

    success: Annotated[Literal[True], Paths("success", "ok")]


class NoTasks(Done):
    """``Tasks.getTasksForOrder`` for an order that nobody has."""

    tasks: Annotated[list[Any], Field(max_length=0)]


class _Named(Dialect):
    name: Name


class ConfiguredWorkers(Dialect):
    """``Health.getConfiguredWorkers``, a bare list: whom runs can target, of whom there must be one at least."""

    workers: Annotated[list[_Named], Paths("$", "workers"), distinct("name"), Field(min_length=1)]


class TestProfiles(Done):
    """``HealthOps.handleRequest``; how many there must be is for HLT-12 to judge."""

    test_profiles: Annotated[list[_Named], Paths("testProfiles")]


class Provider(Dialect):
    """A provider of the router, and whether it has its key: never the key itself."""

    id: Annotated[Name, Paths("providerId", "id")]
    available: Flag
    configured: Flag | None = None

    @property
    def is_expected(self) -> bool:
        """Whether somebody gave it a key: what it says itself, else that it is available."""
        return self.available if self.configured is None else self.configured


class Providers(Done):
    """``AIProviderOps.listAvailableProviders`` and ``checkProviderStatus``."""

    providers: Annotated[list[Provider], distinct("id")]


class OneScan(Done):
    """``OpsMonitorOps.getRecentScans`` with a limit of one."""

    scans: Annotated[list[dict[str, Any]], Field(max_length=1)]


class OneRequest(Done):
    """``HilOps.getHilRequests`` with a limit of one."""

    requests: Annotated[list[dict[str, Any]], Field(max_length=1)]
