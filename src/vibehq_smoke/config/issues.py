"""``[issues]`` in ``smoke.toml``: when a failure becomes an issue, and how issues are kept."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from .tables import Count, Day, Duration, Moment, PositiveCount, Table, VariableName, Word


class Maintenance(Table):
    """``[[issues.maintenance]]``: a time in which failures are expected and nothing is filed."""

    begins: Moment = Field(alias="from")
    ends: Moment = Field(alias="to")
    components: tuple[Word, ...] = ()
    """Only these; all of them when empty."""
    environments: tuple[Word, ...] = ()
    """Only there; everywhere when empty."""
    reason: str = ""

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.ends <= self.begins:
            raise ValueError("has a to that is not after its from")
        return self


class Quarantine(Table):
    """``[[issues.quarantine]]``: a check that runs and is reported, but opens no issue."""

    check: Word
    """Its id, or the id that several cases share."""
    until: Day | None = None
    """The last day of it; None is for good."""
    reason: str = ""


class Owner(Table):
    """``[[issues.owners]]``: who is asked to look. The last entry that fits decides, as in CODEOWNERS."""

    pattern: Word
    """A component, a category, or the path of a file, with ``*`` for any characters."""
    assignees: tuple[Word, ...] = ()
    """Logins, with or without ``@``."""


class IssuePolicy(Table):
    """``[issues]``: every key has a default that is fit for use."""

    close_after: PositiveCount = 3
    """Clean runs, each of which executed every check of the cause, before its issue is closed."""
    confirm_after: PositiveCount = 2
    """Failing attempts before an issue is opened, of one run with retries or of several; a P0 is filed at once."""
    new_per_run: Count = 5
    """Issues opened by one run at most; the rest goes into one incident issue."""
    new_per_day: Count = 10
    """Issues opened within 24 hours at most."""
    mass_failure: PositiveCount = 20
    """When more new causes than this appear at once, only one incident issue is opened."""
    writes_per_run: PositiveCount = 60
    """Writes to the tracker in one run; what is left is done by the next."""
    comment_every_h: Duration = 24.0
    """Hours between two comments on one issue."""
    reopen_within_days: PositiveCount = 30
    """How long a closed issue is reopened by a relapse; a later one is a new issue."""
    deploy_grace_h: Duration = 24.0
    """Hours after which a failure reopens an issue where nobody knows what is deployed."""
    quiet_label: Word = "quiet"
    """A label that people put on an issue that is to be left in peace."""
    marker_key_env: VariableName = "VIBEHQ_SMOKE_MARKER_KEY"
    """The environment variable with the key that signs the hidden markers."""
    milestone: str = "stage-smoke"
    """The milestone of smoke issues; empty sets none."""
    authors: tuple[Word, ...] = ()
    """Further accounts that this harness writes as."""
    maintenance: tuple[Maintenance, ...] = ()
    quarantine: tuple[Quarantine, ...] = ()
    owners: tuple[Owner, ...] = ()
