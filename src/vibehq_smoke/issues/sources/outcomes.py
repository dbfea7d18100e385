"""From the cases of a test suite to causes: tests that fail for one reason in one place are one cause."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from ...findings import normal
from ...models import Priority
from ...reports.summary import counted
from ..batch import Batch, BugType, Section
from ..writing.impact import impact
from ..writing.layout import bullets, facts, paragraphs
from .context import Context
from .paths import component_of
from .stacks import Place, thrown_at
from .suites import Case, Report
from .told import Told

_MOST_TESTS = 30
_SMOKE = "smoke"
_RUNNERS = {"vitest": ("npx", "vitest", "run"), "jest": ("npx", "jest")}
_SPECIAL = re.compile(r"[.*+?^${}()|\[\]\\]")


def batch_of(source: str, text: str, report: Report, context: Context) -> Batch:
    """Everything that one report says: causes, and the tests that hold."""
    grouped: dict[tuple[str, str, str], list[tuple[Case, Place]]] = {}
    for case in report.cases:
        if case.outcome in ("failed", "error"):
            place = thrown_at(case.detail)
            file = _file(context, case)
            grouped.setdefault(_cause(context, case, file, place), []).append((case, place))
    told = [_told(context, report.tool, found) for found in grouped.values()]
    return context.batch(source, text, told, proven=_proven(context, report), at=report.at)


def _proven(context: Context, report: Report) -> set[str]:
    """The tests that passed, and the files that could be loaded: a test in them ran, however it ended."""
    held = {_subject(context, case) for case in report.cases if case.outcome == "passed"}
    for suite in {case.suite for case in report.cases if case.loads and case.outcome != "skipped"}:
        name = context.path(suite)
        # pytest names a class after its module
        parts = (
            [name] if "/" in name else [".".join(name.split(".")[:count]) for count in range(1, name.count(".") + 2)]
        )
        held |= {f"{part} loads" for part in parts}
    return held


def _cause(context: Context, case: Case, file: str, place: Place) -> tuple[str, str, str]:
    """What tests of one cause share. Two that each judge something themselves fail for reasons of their own, however
    much their words are alike; two that break in the same fixture or function fail for one."""
    shared = place.file and (case.outcome == "error" or context.path(place.file) != file)
    where = _frame(context, place) if shared else _name(context, case)
    return file or case.suite, normal(context.clean(case.message)), where


def _subject(context: Context, case: Case) -> str:
    return f"{context.path(case.suite)} {case.name}".strip() if case.loads else f"{context.path(case.suite)} loads"


def _name(context: Context, case: Case) -> str:
    return case.name or context.path(case.suite)


def _file(context: Context, case: Case) -> str:
    """The file of the test: as told, else the suite where that is a path, else where Python has a class in a module."""
    told = case.file or (case.suite if "/" in case.suite or case.suite.endswith((".js", ".ts", ".py")) else "")
    return context.path(told) if told else ""


def _frame(context: Context, place: Place) -> str:
    """``file:function``, without the line, which moves with every edit."""
    if not place.file:
        return ""
    return f"{context.path(place.file)}:{place.function}" if place.function else context.path(place.file)


def _told(context: Context, tool: str, found: Sequence[tuple[Case, Place]]) -> Told:
    case, place = found[0]
    file = _file(context, case)
    frame = context.path(place.file) if place.file else ""
    is_smoke = _SMOKE in file.split("/")
    priority = context.priority or _priority(case, is_smoke=is_smoke)
    others = tuple(_subject(context, one) for one, _ in found[1:])
    name = _name(context, case)
    title = f"{name}: {case.message}" if case.loads else f"{name} cannot be loaded: {case.message}"
    return Told(
        bug_type=BugType.SMOKE if is_smoke else BugType.TEST,
        subject=_subject(context, case),
        component=component_of(file),
        kind=case.kind,
        priority=priority,
        title=title if not others else f"{counted(len(found), 'test')}, {title}",
        sections=_sections(context, tool, found, file, priority),
        news=_news(context, found),
        message=case.message,
        frame=_frame(context, place),
        file=frame or file,
        certain=all(one.retried for one, _ in found) or not case.loads,
        others=others,
    )


def _priority(case: Case, *, is_smoke: bool) -> Priority:
    """Smoke tests guard major features; a file that does not load hides all tests in it."""
    return Priority.P1 if is_smoke or not case.loads else Priority.P2


def _sections(
    context: Context, tool: str, found: Sequence[tuple[Case, Place]], file: str, priority: Priority
) -> tuple[Section, ...]:
    case, place = found[0]
    thrown = context.path(place.file) if place.file else ""
    inside = thrown or file
    line = place.line if thrown else case.line
    tests = [context.inline(_subject(context, one), 200) for one, _ in found]
    command = _command(tool, file, case)
    return (
        Section(
            heading="Test Details",
            text=facts(
                {
                    "Name": context.inline(case.name or f"{context.path(case.suite)} (the whole file)"),
                    "Category": context.inline(file.rpartition("/")[0] or case.suite),
                    "Failure Location": context.place(inside, line) if inside else "",
                }
            ),
        ),
        Section(heading="Tests That Show It", text=bullets(tests, _MOST_TESTS) if len(tests) > 1 else "", keep=4),
        Section(
            heading="Error Details",
            text=paragraphs(
                context.fenced(case.message, most=2_000),
                f"**Stack Trace**\n\n{context.fenced(case.detail)}" if case.detail.strip() != case.message else "",
                f"**Test Output**\n\n{context.fenced(case.output)}" if case.output else "",
            ),
            keep=3,
        ),
        Section(heading="Code Context", text=context.code(inside, line) if inside else "", keep=4),
        Section(heading="Environment", text=facts(context.origin(tool or "JUnit XML")), keep=2),
        Section(heading="Steps to Reproduce", text=context.fenced(command, "sh") if command else "", keep=2),
        Section(
            heading="Expected vs Actual",
            text=facts({"Expected": "The test passes.", "Actual": context.inline(case.message)}),
            keep=2,
        ),
        Section(heading="Impact", text=impact(priority), keep=1),
    )


def _command(tool: str, file: str, case: Case) -> str:
    """One command that runs the test again, where it is known how."""
    if tool in _RUNNERS and file:
        name = _SPECIAL.sub(r"\\\g<0>", case.name.replace(" > ", " "))
        words = [*_RUNNERS[tool], file, *(["-t", name] if name else [])]
    elif tool == "pytest":
        words = ["python", "-m", "pytest", _node_id(case)]
    else:
        return ""
    return shlex.join(words)


def _node_id(case: Case) -> str:
    """pytest's own name for a test, from the dotted name of its module and class."""
    parts = case.suite.split(".")
    classes = [part for part in parts if part[:1].isupper()]
    module = "/".join(part for part in parts if not part[:1].isupper())
    file = case.file or (f"{module}.py" if module else "")
    return "::".join(part for part in (file, *classes, case.name) if part)


def _news(context: Context, found: Sequence[tuple[Case, Place]]) -> str:
    case, _ = found[0]
    names = bullets(sorted({context.inline(_subject(context, one), 160) for one, _ in found}), 10)
    return paragraphs(f"{context.inline(normal(context.clean(case.message)), 200)} in:", names)
