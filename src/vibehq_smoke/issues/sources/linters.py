"""What linters write as JSON: ESLint, Biome, and the code quality report that GitLab reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import UsageError
from .reading import Line, Shape, parsed, shaped, what

EXPECTED = "the JSON of ESLint or Biome, or a code quality report as GitLab reads it"

PARSING = "syntax"
"""Stands for the rule where a file cannot be read at all."""


@dataclass(frozen=True)
class Problem:
    """One thing that a linter does not like."""

    rule: str
    message: str
    file: str
    line: int
    is_error: bool
    matters: bool = False
    """More than style: the linter says that the code does something wrong."""


@dataclass(frozen=True)
class Linted:
    """A whole run of a linter."""

    tool: str
    problems: Sequence[Problem]
    is_whole: bool
    """Whether every problem there is was told."""


class _EslintMessage(Shape):
    rule_id: str | None = None
    severity: int = 2
    message: str = ""
    line: Line | None = None
    fatal: bool | None = None


class _EslintFile(Shape):
    file_path: str
    messages: tuple[_EslintMessage, ...]


class _Position(Shape):
    line: Line = 0


class _BiomePlace(Shape):
    path: Any = None
    start: _Position | None = None


class _BiomeProblem(Shape):
    category: str | None = None
    severity: str = "error"
    message: Any = ""
    description: str | None = None
    location: _BiomePlace | None = None


class _BiomeSummary(Shape):
    changed: int = 0
    unchanged: int = 0
    errors: int = 0
    warnings: int = 0
    diagnostics_not_printed: int = 0


class _Biome(Shape):
    summary: _BiomeSummary
    diagnostics: tuple[_BiomeProblem, ...]


class _Lines(Shape):
    begin: Line = 0


class _GitlabPlace(Shape):
    path: str = ""
    lines: _Lines | None = None
    positions: dict[str, Any] | None = None


class _GitlabProblem(Shape):
    description: str = ""
    check_name: str = ""
    severity: str = "minor"
    location: _GitlabPlace


def read_linted(text: str, name: str) -> Linted:
    """What a linter said; which one it was is seen by the shape. Raises UsageError for anything else."""
    value = parsed(text, name, EXPECTED)
    if isinstance(value, dict) and "summary" in value and "diagnostics" in value:
        return _biome(value, name)
    if isinstance(value, dict) and isinstance(value.get("results"), list):
        return _eslint(value["results"], _types(value.get("metadata")), name)
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        if all("filePath" in one for one in value):
            return _eslint(value, {}, name)
        if all("check_name" in one or "location" in one for one in value):
            return _gitlab(value, name)
    raise UsageError(f"{name}: expected {EXPECTED}, got {what(value)}")


def _eslint(files: list[Any], types: dict[str, str], name: str) -> Linted:
    if not files:
        raise UsageError(f"{name}: lists no file at all, so that nothing is known; expected {EXPECTED}")
    problems: list[Problem] = []
    whole = True
    for number, one in enumerate(files):
        file = shaped(_EslintFile, one, f"{name}: entry {number}", "an entry of ESLint's JSON")
        for message in file.messages:
            unreadable = bool(message.fatal) or (message.rule_id is None and message.severity == 2)
            if message.rule_id is None and not unreadable:
                continue  # a remark of ESLint's own, such as that a file is ignored
            whole = whole and not unreadable
            rule = PARSING if unreadable else message.rule_id or PARSING
            matters = unreadable or types.get(rule) == "problem"
            where = file.file_path, message.line or 0
            problems.append(Problem(rule, message.message, *where, message.severity >= 2, matters))
    return Linted("eslint", problems, whole)


def _biome(value: dict[str, Any], name: str) -> Linted:
    report = shaped(_Biome, value, name, "Biome's JSON")
    if not (report.summary.changed + report.summary.unchanged or report.diagnostics):
        raise UsageError(f"{name}: Biome looked at no file, so that nothing is known")
    problems = []
    whole = report.summary.diagnostics_not_printed == 0
    for one in report.diagnostics:
        rule = (one.category or "unknown").removeprefix("lint/")
        unreadable = rule.startswith("parse")
        whole = whole and not unreadable
        place = one.location or _BiomePlace()
        problems.append(
            Problem(
                PARSING if unreadable else rule,
                one.message if isinstance(one.message, str) and one.message else one.description or "",
                _biome_path(place.path),
                place.start.line if place.start else 0,
                one.severity in ("error", "fatal"),
                unreadable or rule.startswith(("correctness/", "suspicious/", "security/")),
            )
        )
    return Linted("biome", problems, whole)


def _gitlab(entries: list[Any], name: str) -> Linted:
    problems = []
    whole = True
    for number, one in enumerate(entries):
        entry = shaped(_GitlabProblem, one, f"{name}: entry {number}", "an entry of a code quality report")
        rule = entry.check_name.removeprefix("lint/") or "unknown"
        unreadable = rule.startswith("parse")
        whole = whole and not unreadable
        severe = entry.severity in ("critical", "blocker")
        line = entry.location.lines.begin if entry.location.lines else _begin(entry.location.positions)
        problems.append(
            Problem(PARSING if unreadable else rule, entry.description, entry.location.path, line, severe, unreadable)
        )
    return Linted("code-quality", problems, whole)


def _types(metadata: Any) -> dict[str, str]:
    """What sort each rule is, as far as ESLint says so (``--format json-with-metadata``)."""
    rules = metadata.get("rulesMeta") if isinstance(metadata, dict) else None
    if not isinstance(rules, dict):
        return {}
    return {name: str(rule.get("type")) for name, rule in rules.items() if isinstance(rule, dict)}


def _biome_path(path: Any) -> str:
    """Biome 1 wrote ``{"file": "..."}``, Biome 2 the path itself."""
    if isinstance(path, dict):
        path = path.get("file")
    return path if isinstance(path, str) else ""


def _begin(positions: dict[str, Any] | None) -> int:
    begin = (positions or {}).get("begin")
    line = begin.get("line") if isinstance(begin, dict) else None
    return line if isinstance(line, int) and 0 <= line <= 1_000_000_000 else 0
