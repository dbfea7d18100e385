"""The TypeScript compiler: one cause for each file and error code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from ...errors import UsageError
from ...models import Priority
from ..batch import Batch, BugType, Section
from ..writing.impact import impact
from ..writing.layout import bullets, facts, paragraphs
from .context import Context
from .diagnostics import Diagnostic, read_output
from .paths import component_of
from .told import Told

EXPECTED = "the output of tsc"

_MOST_SHOWN = 5
_MOST_LISTED = 30
_TESTS = ("test", "spec")
_CONFIGURATION = "configuration"


def read(text: str, context: Context, *, exit_code: int | None = None) -> Batch:
    """What the compiler said. It says nothing when all is well, so that silence counts only with ``exit_code`` 0."""
    output = read_output(context.redactor.text(text))
    name = context.name
    if not output.diagnostics and exit_code not in (0, None):
        raise UsageError(
            f"{name}: tsc ended with {exit_code}, but there is no error in the output; expected {EXPECTED}"
        )
    if not output.diagnostics and exit_code is None and output.found != 0:
        problem = "holds no error of the compiler" if text.strip() else "is empty"
        raise UsageError(f"{name}: {problem}; expected {EXPECTED}, or --exit-code 0 where it found nothing")
    grouped: dict[tuple[str, str], list[Diagnostic]] = {}
    for one in output.diagnostics:
        grouped.setdefault((context.path(one.file), one.code), []).append(one)
    told = [_told(context, file, code, found) for (file, code), found in grouped.items()]
    whole = output.is_whole and exit_code in (None, 0, 1, 2)
    return context.batch("typescript", text, told, exhaustive=whole)


def _told(context: Context, file: str, code: str, found: Sequence[Diagnostic]) -> Told:
    first = found[0]
    where = file or _CONFIGURATION
    count = f"{len(found)} errors {code}" if len(found) > 1 else f"{code}: {first.message}"
    return Told(
        bug_type=BugType.TYPE,
        subject=f"{where} {code}",
        component=component_of(file),
        kind=code,
        priority=_priority(file, found),
        title=f"{PurePosixPath(where).name}: {count}",
        sections=_sections(context, file, found),
        news=_news(context, code, where, found),
        message=f"{code} in {where}",
        frame=file,
        file=file,
        certain=True,
    )


def _priority(file: str, found: Sequence[Diagnostic]) -> Priority:
    """What cannot be compiled at all comes before what is only wrong, and tests come last."""
    if not file or found[0].is_syntax:
        return Priority.P1
    name = PurePosixPath(file)
    is_test = any(part in _TESTS or part in ("tests", "__tests__") for part in (*name.parts, *name.name.split(".")))
    return Priority.P3 if is_test else Priority.P2


def _sections(context: Context, file: str, found: Sequence[Diagnostic]) -> tuple[Section, ...]:
    first = found[0]
    more = [f"{context.place(file, one.line)} {context.inline(one.message, 200)}" for one in found[1:]]
    priority = context.priority or _priority(file, found)
    return (
        Section(heading="File", text=context.place(file) if file else "the compiler's configuration"),
        Section(heading="Line", text=", ".join(context.place(file, line) for line in _lines(found) if line)),
        Section(heading="Error Code", text=context.inline(first.code)),
        Section(heading="Message", text=context.fenced(_message(first), most=2_000)),
        Section(heading="Further Errors of This Kind", text=bullets(more, _MOST_LISTED) if more else "", keep=4),
        Section(heading="Code Context", text=_code(context, file, found), keep=3),
        Section(heading="Environment", text=facts(context.origin("TypeScript compiler")), keep=2),
        Section(heading="Impact", text=impact(priority), keep=1),
        Section(heading="Root Cause", text=_root_cause(context, first), keep=2),
        Section(heading="Fix Options", text=_fixes(first, file), keep=2),
    )


def _message(one: Diagnostic) -> str:
    """With the lines below it that are words; source code has a section of its own."""
    chain = [line for line in one.more if line.startswith("  ") and not line.lstrip()[:1].isdigit() and "~" not in line]
    return "\n".join([one.message, *chain])


def _code(context: Context, file: str, found: Sequence[Diagnostic]) -> str:
    shown = [context.code(file, line) for line in _lines(found)]
    if any(shown):
        return paragraphs(*shown)
    printed = "\n".join(found[0].more).strip("\n")
    return context.fenced(printed, "text") if printed else ""


def _lines(found: Sequence[Diagnostic]) -> list[int]:
    return list(dict.fromkeys(one.line for one in found))[:_MOST_SHOWN]


_CAUSES = {
    "TS2304": "A name is used that is declared nowhere.",
    "TS2305": "A module is asked for something that it does not export.",
    "TS2307": "A module cannot be found: it is not installed, was moved, or its path is mapped differently.",
    "TS2322": "A value has another type than the place that it is put into.",
    "TS2339": "A property is read that the type does not have.",
    "TS2345": "An argument has another type than the parameter.",
    "TS2551": "A property is read that the type does not have; the name looks like a slip.",
    "TS2554": "A function is called with another number of arguments than it takes.",
    "TS2741": "An object lacks a property that its type demands.",
    "TS7006": "A parameter has no type, and none can be inferred.",
    "TS18046": "A value of unknown type is used before it is known what it is.",
    "TS18047": "A value that may be null is used as if it never were.",
    "TS18048": "A value that may be undefined is used as if it never were.",
}


def _root_cause(context: Context, one: Diagnostic) -> str:
    usual = _CAUSES.get(one.code)
    if usual is not None:
        return usual
    if one.is_syntax:
        return "The file cannot be parsed. Nothing behind it was checked, so more errors may follow."
    return f"Not known yet; {context.inline(one.code)} says what the compiler saw, not why."


def _fixes(one: Diagnostic, file: str) -> str:
    options = ["Correct the code where it contradicts the type.", "Correct the type where the code is right."]
    if one.code in ("TS2307", "TS2305", "TS2304"):
        options = ["Install, export or import what is missing.", "Correct the path or its mapping in `tsconfig.json`."]
    if not file:
        options = ["Correct the option in `tsconfig.json`.", "Use a version of the compiler that knows the option."]
    return bullets([*options, "Not a fix: silencing it with `any` or `@ts-ignore`."], 5)


def _news(context: Context, code: str, where: str, found: Sequence[Diagnostic]) -> str:
    """Its messages, each of them once: lines move with every edit."""
    messages = sorted({one.message for one in found})
    told = bullets([context.inline(message, 200) for message in messages], 10)
    return paragraphs(f"{context.inline(code)} in {context.inline(where)}:", told)
