"""What the methods of ``AIProviderOps`` take (contract 2.7, 8.3)."""

from typing import Annotated, Literal

from pydantic import Field

from vibehq_smoke.lab.entrypoints.exposed import Options
from vibehq_smoke.lab.entrypoints.tables import Page, Text
from vibehq_smoke.lab.providers.router import Criteria

RowId = Annotated[int, Field(ge=1, lt=2**63)]


class AssignOrder(Options):
    """A task to route; a provider chosen by hand stands here or among the criteria."""

    task_id: Text
    criteria: Criteria = Criteria()
    manual_provider: Text | None = None

    def wanted(self) -> Criteria:
        """The criteria with the choice by hand."""
        by_hand = self.manual_provider or self.criteria.manual_provider
        return self.criteria.model_copy(update={"manual_provider": by_hand})


class ProviderQuery(Options):
    """Which provider; None means all."""

    provider_id: Text | None = None


class HistoryQuery(Page):
    """Which assignments; None means any. `taskId` and `patchId` are one thing."""

    patch_id: Text | None = None
    task_id: Text | None = None
    provider_id: Text | None = None


class AssignmentRef(Options):
    """An assignment by its id."""

    assignment_id: RowId


class StatusChange(AssignmentRef):
    """An assignment's new status."""

    status: Literal["assigned", "in-progress", "completed", "failed", "cancelled"]


ALL_PROVIDERS = ProviderQuery()
WHOLE_HISTORY = HistoryQuery()
