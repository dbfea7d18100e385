"""One of everything that a plugin can add: a component, a resource, a check, a report, a sink, an observer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from vibehq_smoke import P2, Component, IssueSink, ReportFormat, RunRecord, check, hookimpl

if TYPE_CHECKING:
    from vibehq_smoke.graph import Plan
    from vibehq_smoke.models import Finding, Result


class PlatformMessage(BaseModel):
    """What ``GET /api/status`` says to users, as far as this plugin cares."""

    globalUserMessage: str  # noqa: N815 - the platform's own name
    hasActiveMessage: bool  # noqa: N815 - as above


class PublicStatus(BaseModel):
    """The envelope around it."""

    success: bool
    data: PlatformMessage


@hookimpl
def vibehq_components() -> list[Component]:
    """A part of the platform that only this team cares about."""
    return [Component(id="announcements", title="Messages shown to all users", needs=("orchestrator",))]


@hookimpl
def vibehq_resources() -> dict[str, Any]:
    """``announcement`` can be asked for by any check."""
    return {"announcement": announcement}


@asynccontextmanager
async def announcement(hq: Any) -> AsyncIterator[PlatformMessage]:
    """The message that users see, fetched anew for each check that asks for it."""
    reply = await hq.bare.get("/api/status")
    yield reply.expect(PublicStatus).data


@check("EXA-01", component="announcements", priority=P2)
async def an_active_announcement_has_a_text(hq: Any, announcement: PlatformMessage) -> None:
    """When an announcement is active, it says something."""
    assert bool(announcement.globalUserMessage) >= announcement.hasActiveMessage


@hookimpl
def vibehq_adjust_plan(plan: Plan) -> None:
    """Show our own check first, and give it little time."""
    if any(check.id == "EXA-01" for check in plan.selected):
        plan.first("EXA-01")
        plan.override("EXA-01", deadline_s=5.0)


@hookimpl
def vibehq_report_formats() -> list[ReportFormat]:
    """A line per component, for a chat message."""
    return [ReportFormat("chat", "chat.txt", chat)]


def chat(record: RunRecord) -> str:
    """``orchestrator: working`` and so on."""
    return "".join(f"{line.id}: {line.status}\n" for line in record.components)


@hookimpl
def vibehq_issue_sinks() -> list[IssueSink]:
    """Findings as lines on a list; a real sink would open issues."""
    return [IssueSink("example", deliver)]


def deliver(record: RunRecord, findings: tuple[Finding, ...]) -> str:
    """Say what would be filed."""
    return f"example sink: {len(findings)} finding(s) of run {record.run.id}"


class Stopwatch:
    """An observer with state: register an instance, and its methods are hooks."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @hookimpl
    def vibehq_check_finish(self, result: Result) -> None:
        """Remember how long each check took."""
        self.seconds[result.id] = result.duration_s
