"""The figures of a proof as a page of Markdown: what ``prove --page`` writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from .aligning import masked
from .badge import percent

_TEXT = """# Proof

What the checks notice of wrong answers. A run is recorded; each check is replayed on what it saw, with one thing
changed at a time, and has to come out as anything but `passed` (`vibehq-smoke prove --help`; why it is done so is
decision 010 of vibehq-smoke). This page is written by `vibehq-smoke prove --page FILE`, that of the shipped checks by
`make prove`; it exits with 1 when a check is vacuous, unproved or falsely alarmed.

A **mutant** is one change of one answer. It is **caught** when the check no longer passes, or one that takes what it
returned. It is **equivalent** when a stated rule says that nobody needs to notice it; those are in no share. A
**harmless change** must leave the check passed. A check is **vacuous** when it survives every mutant of one kind, and
**weak** when only values go unjudged. Shares are rounded down: 100 % is all of them.

## Totals

| | |
|---|---:|
{totals}
{flaws}## By category

| category | mutants | caught | share | equivalent |
|---|---:|---:|---:|---:|
{categories}
## By kind

What vacuity is judged by.

| kind | mutants | caught | share | equivalent |
|---|---:|---:|---:|---:|
{families}
## By operator

Every way in which an answer is made wrong.

| operator | mutants | caught | share | equivalent |
|---|---:|---:|---:|---:|
{operators}
{rules}## What goes unnoticed

By check, with the exact change and its operator; ids in questions stand as `*`.

{survivors}"""

_OURS = re.compile(r"(?<![\w./])/(?:[\w.~-]+/)*(?:bin|vibehq-(?:lab|smoke)-\w+)(?=/)")
"""Folders that are elsewhere on each machine."""


def page(told: Mapping[str, Any]) -> str:
    """The page for the result of a whole proof (``document.document``)."""
    text = _TEXT.format(
        totals=_lines(f"| {name} | {value} |" for name, value in _totals(told)),
        flaws="".join(_flaws(told)),
        categories=_scores(told["by_category"]),
        families=_scores(told["by_family"]),
        operators=_scores(told["by_operator"]),
        rules=_rules(told["equivalent_by"]),
        survivors=_lines(_survivors(told["by_check"])) or "Nothing.\n",
    )
    return text.rstrip() + "\n"


def _totals(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    checks = told["by_check"].values()
    whole = sum(one["mutants"] == one["caught"] and not one["unproved"] for one in checks)
    yield "checks", f"{len(checks):,}"
    yield "of which miss nothing", f"{whole:,}"
    for name in ("mutants", "caught"):
        yield name, f"{told[name]:,}"
    yield "share", percent(told["caught"], told["mutants"])
    for name in ("equivalent", "harmless"):
        yield {"harmless": "harmless changes"}.get(name, name), f"{told[name]:,}"
    for name in ("false_alarms", "vacuous", "weak", "unproved"):
        yield name.replace("_", " "), f"{len(told[name]):,}"
    yield "seconds", f"{told['duration_s']:.1f}"
    yield "replays a second", f"{told['mutants_per_second'] or 0:.0f}"


def _flaws(told: Mapping[str, Any]) -> Iterator[str]:
    """Chapters on what is wrong; none when nothing is."""
    by_check = told["by_check"]
    for word in ("vacuous", "weak"):
        named = [(id_, reason) for id_, one in by_check.items() for reason in one[word]]
        yield _chapter(word.capitalize(), named)
    yield _chapter("Unproved", list(told["unproved"].items()))
    alarms = [(one["check"], f"{one['change']}: {one['question']}: {one['reason']}") for one in told["false_alarms"]]
    yield _chapter("False alarms", alarms)


def _chapter(title: str, named: list[tuple[str, str]]) -> str:
    lines = _lines(f"- **{_plain(id_)}**: {_plain(said)}" for id_, said in named)
    return f"## {title}\n\n{lines}\n" if named else ""


def _rules(applied: Mapping[str, int]) -> str:
    rows = _lines(f"| {_plain(rule)} | {number:,} |" for rule, number in applied.items())
    return f"## Why mutants are equivalent\n\n| rule | mutants |\n|---|---:|\n{rows}\n" if rows else ""


def _scores(several: Mapping[str, Mapping[str, int]]) -> str:
    return _lines(
        f"| {_plain(name)} | {one['mutants']:,} | {one['caught']:,} | "
        f"{percent(one['caught'], one['mutants'])} | {one['equivalent']:,} |"
        for name, one in several.items()
    )


def _survivors(by_check: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for id_, one in by_check.items():
        if one["survived"]:
            yield f"- **{_plain(id_)}** {one['caught']} of {one['mutants']}"
        for question, changes in groupby(one["survived"], key=lambda change: _here(masked(change["question"]))):
            yield f"  - {_code(question)}"
            for change in changes:
                yield f"    - {_code(_here(change['change']))} ({_plain(change['operator'])})"
                yield from _diff(change.get("diff") or ())


def _diff(lines: Iterable[str]) -> Iterator[str]:
    several = [_one_line(_here(line)) for line in lines]
    if several:
        inset = " " * 6
        fence = _fence("\n".join(several), 3)
        yield from (f"{inset}{line}" for line in (f"{fence}diff", *several, fence))


def _here(text: str) -> str:
    return _OURS.sub("…", text)


def _lines(several: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in several)


def _one_line(text: str) -> str:
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in " ".join(text.split("\n")))


def _plain(text: str) -> str:
    """Text that shows as it is, in a table, too."""
    escaped = re.sub(r"([\\`*_\[\]|])", r"\\\1", _one_line(text))
    return escaped.replace("&", "&amp;").replace("<", "&lt;")


def _code(text: str) -> str:
    text = _one_line(text) or " "
    fence = _fence(text, 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _fence(text: str, least: int) -> str:
    """A run of backticks that is not in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)
