"""Rules that code changes are held against (contract part 6, code quality monitor). Pure."""

import re
from dataclasses import dataclass

MAX_LINES = 500
MAX_VIOLATIONS = 200


@dataclass(frozen=True)
class Violation:
    """One broken rule: line (from 1), rule, severity (``critical``, ``warning``, ``info``), what it means."""

    line: int
    rule: str
    severity: str
    message: str


@dataclass(frozen=True)
class _Rule:
    name: str
    severity: str
    message: str
    pattern: re.Pattern[str]


def _rules() -> tuple[_Rule, ...]:
    credentials = (
        r"(?i)\b(?:api[_-]?key|secret|token|password)\b\s*[:=]\s*[\"'][^\"'\s]{12,}[\"']"
        r"|\bsk-[A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{20,}"
    )
    return (
        _Rule("no-secrets", "critical", "a secret is written into the source", re.compile(credentials)),
        _Rule("no-ts-ignore", "critical", "the type checker is shut up", re.compile(r"@ts-(?:ignore|nocheck)")),
        _Rule("no-any", "warning", "a type is given up with any", re.compile(r":\s*any\b|\bas\s+any\b|<any>")),
        _Rule("no-todo", "info", "work is left undone", re.compile(r"\b(?:TODO|FIXME)\b")),
    )


def check_code(content: str) -> list[Violation]:
    """All violations in `content`, in the order of lines; at most 200."""
    lines = content.splitlines()
    rules = _rules()
    found = [
        Violation(number, rule.name, rule.severity, rule.message)
        for number, line in enumerate(lines, 1)
        for rule in rules
        if rule.pattern.search(line)
    ]
    if len(lines) > MAX_LINES:
        found.append(Violation(len(lines), "max-lines", "warning", f"more than {MAX_LINES} lines"))
    return found[:MAX_VIOLATIONS]
