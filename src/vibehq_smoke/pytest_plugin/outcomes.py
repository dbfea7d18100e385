"""How an ordinary test ended, and whether it is about the target."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

FIXTURE = "vibehq"


def uses_the_fixture(item: pytest.Item) -> bool:
    """Whether a test asks for the target, itself or by way of other fixtures."""
    return FIXTURE in getattr(item, "fixturenames", ())


def outcome_of(reports: Sequence[pytest.TestReport]) -> tuple[str, str | None]:
    """How a test ended, from the reports of its phases, and why when it did not pass."""
    for report in reports:
        if hasattr(report, "wasxfail"):
            return ("xpassed" if report.passed else "xfailed"), "it is marked xfail, so that it may fail as it likes"
        if not report.passed:
            return report.outcome, _reason(report)
    return ("passed", None) if reports else ("error", "it did not run")


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr
    if isinstance(told, tuple):
        return str(told[2]).removeprefix("Skipped: ")
    crash = getattr(told, "reprcrash", None)
    said = crash.message if crash is not None else report.longreprtext.strip().rpartition("\n")[2]
    return str(said) if report.when == "call" else f"at its {report.when}: {said}"
