"""What the two kinds of file hold as a whole; their fields are described in ``docs/configuration.md``."""

from pydantic import Field

from .declared import DeclaredCheck
from .issues import IssuePolicy
from .suites import Suite
from .tables import Table, TargetName
from .targets import Target


class SmokeFile(Table):
    """All of a ``smoke.toml``."""

    targets: dict[TargetName, Target] = Field(default_factory=dict)
    issues: IssuePolicy = Field(default_factory=IssuePolicy)


class SuiteFile(Table):
    """All of a suite's file."""

    suite: Suite
    checks: tuple[DeclaredCheck, ...] = Field(default=(), alias="check")
