"""The JSON report of vitest and jest (contract 10.3)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime

from ...errors import UsageError
from .reading import Shape, parsed, shaped, what
from .suites import Case, Report

EXPECTED = "the JSON report of vitest or jest, with testResults"


class _Assertion(Shape):
    ancestor_titles: tuple[str, ...] = ()
    title: str = ""
    full_name: str = ""
    status: str
    failure_messages: tuple[str, ...] | None = ()
    retry_reasons: tuple[str, ...] | None = ()
    retry_messages: tuple[str, ...] | None = ()


class _File(Shape):
    name: str = ""
    status: str = ""
    message: str | None = ""
    assertion_results: tuple[_Assertion, ...] = ()


class _Whole(Shape):
    test_results: tuple[_File, ...]
    start_time: float | None = None


def read_script_report(text: str, name: str) -> Report:
    """The cases of a report. Raises UsageError for anything else, and for a run that had no test."""
    value = parsed(text, name, EXPECTED)
    if not isinstance(value, dict) or "testResults" not in value:
        raise UsageError(f"{name}: expected {EXPECTED}, got {what(value)}")
    report = shaped(_Whole, value, name, EXPECTED)
    cases = [case for file in report.test_results for case in _cases(file)]
    if not cases:
        raise UsageError(f"{name}: no test ran, so that nothing is known")
    return Report("jest" if "numRuntimeErrorTestSuites" in value else "vitest", cases, _moment(report.start_time))


def _cases(file: _File) -> Iterator[Case]:
    for test in file.assertion_results:
        title = " > ".join((*test.ancestor_titles, test.title)) if test.title else test.full_name
        told = "\n\n".join(test.failure_messages or ())
        again = bool(test.retry_reasons or test.retry_messages)
        if test.status == "failed":
            yield Case(file.name, title, "failed", _kind(told), _message(told), told, file=file.name, retried=again)
        else:
            yield Case(file.name, title, "passed" if test.status == "passed" else "skipped", file=file.name)
    if file.status == "failed" and not any(test.status == "failed" for test in file.assertion_results):
        told = file.message or ""
        yield Case(file.name, "", "error", "not-loaded", _reason(told), told, file=file.name, loads=False)


def _message(told: str) -> str:
    """What the failure says, without its stack: up to the first place, or the first empty line."""
    lines: list[str] = []
    for line in told.strip().splitlines()[:20]:
        if line.lstrip().startswith("at ") or (lines and not line.strip()):
            break
        lines.append(line.strip())
    return " ".join(lines)


def _reason(told: str) -> str:
    """Jest puts a heading above the reason that a file did not load."""
    lines = [line.strip() for line in told.splitlines() if line.strip() and not line.strip().startswith("●")]
    return lines[0] if lines else "the file of tests could not be loaded"


def _kind(told: str) -> str:
    word = told.lstrip()[:100].partition(":")[0].strip()
    return word if word.isidentifier() and word.endswith(("Error", "Exception")) else "failure"


def _moment(milliseconds: float | None) -> datetime | None:
    if milliseconds is None or not math.isfinite(milliseconds):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
