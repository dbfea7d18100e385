"""Linters: one cause for each rule, with every place where it is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...models import Priority
from ...reports.summary import counted
from ..batch import Batch, BugType, Section
from ..writing.impact import impact
from ..writing.layout import bullets, facts, paragraphs, table
from .context import Context
from .linters import PARSING, Problem, read_linted
from .paths import REPOSITORY, component_of
from .told import Told

_MOST_PLACES = 50
_MOST_FILES = 10
_NAMES = {"eslint": "ESLint", "biome": "Biome", "code-quality": "code quality report"}
_COMMANDS = {"eslint": "npx eslint .", "biome": "npx biome lint ."}


def read(text: str, context: Context, *, warnings: bool = False) -> Batch:
    """What a linter said, errors only, unless ``warnings`` are wanted as well."""
    linted = read_linted(text, context.name)
    grouped: dict[str, list[Problem]] = {}
    for one in linted.problems:
        if one.is_error or warnings:
            grouped.setdefault(one.rule, []).append(one)
    told = [_told(context, linted.tool, rule, found) for rule, found in grouped.items()]
    return context.batch(linted.tool, text, told, exhaustive=linted.is_whole)


def _told(context: Context, tool: str, rule: str, found: Sequence[Problem]) -> Told:
    files = list(dict.fromkeys(context.path(one.file) for one in found))
    components = {component_of(file) for file in files}
    priority = _priority(rule, found)
    where = files[0] if len(files) == 1 else f"{len(files)} files"
    return Told(
        bug_type=BugType.LINT,
        subject=f"{tool} {rule}",
        # Of the rule alone: which files break it changes from run to run, and the cause is to stay the same.
        component=REPOSITORY,
        kind=rule,
        priority=priority,
        title=f"{_NAMES[tool]} {rule}: {counted(len(found), 'problem')} in {where}",
        sections=_sections(context, tool, rule, found, priority, sorted(components)),
        news=_news(context, tool, rule, files),
        message=f"{tool} {rule}",
        file=files[0] if len(files) == 1 else "",
        certain=True,
    )


def _priority(rule: str, found: Sequence[Problem]) -> Priority:
    """A file that cannot be read is as good as missing; a rule that finds mistakes comes before one of style."""
    if rule == PARSING or rule.startswith("security/"):
        return Priority.P1
    is_mistake = any(one.matters and one.is_error for one in found)
    return Priority.P2 if is_mistake else Priority.P3


def _sections(
    context: Context, tool: str, rule: str, found: Sequence[Problem], priority: Priority, components: list[str]
) -> tuple[Section, ...]:
    first = found[0]
    file = context.path(first.file)
    what = "cannot be read" if rule == PARSING else f"breaks the rule {context.inline(rule)}"
    number = Counter("error" if one.is_error else "warning" for one in found)
    said = ", ".join(counted(count, level) for level, count in number.items())
    command = f"Run {context.inline(_COMMANDS[tool])} at this commit." if tool in _COMMANDS else ""
    return (
        Section(
            heading="Description",
            text=paragraphs(f"The code {what}: {said}.", context.fenced(first.message, most=2_000)),
        ),
        Section(heading="Places", text=_places(context, found), keep=3),
        Section(heading="Code Context", text=context.code(file, first.line), keep=4),
        Section(heading="Steps to Reproduce", text=command, keep=2),
        Section(heading="Expected", text=f"{_NAMES[tool]} finds nothing of this kind.", keep=2),
        Section(heading="Actual", text=f"{said} of this kind.", keep=2),
        Section(
            heading="Environment",
            text=facts({"Component": ", ".join(map(context.inline, components)), **context.origin(_NAMES[tool])}),
            keep=2,
        ),
        Section(heading="Impact", text=impact(context.priority or priority), keep=1),
    )


def _places(context: Context, found: Sequence[Problem]) -> str:
    rows = [
        (context.place(context.path(one.file), one.line).replace("|", "¦"), context.cell(one.message, 160))
        for one in found[:_MOST_PLACES]
    ]
    more = len(found) - len(rows)
    return paragraphs(table(("Place", "Message"), rows), f"and {more:,} more" if more else "")


def _news(context: Context, tool: str, rule: str, files: Sequence[str]) -> str:
    told = bullets([context.inline(file, 200) for file in sorted(files)], _MOST_FILES)
    return paragraphs(f"{_NAMES[tool]} {context.inline(rule)} in:", told)
