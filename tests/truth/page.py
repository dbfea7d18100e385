"""docs/truth.md: the truth table as it was last found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.truth.rows import Row, Sighting
from tests.truth.verdicts import CAUGHT
from vibehq_smoke.lab.faults import Switch

PAGE = Path(__file__).parents[2] / "docs" / "truth.md"
FEW = 6
NOTHING = "**nothing**"

_TEXT = """# The truth table

What the shipped checks make of every fault that the lab can switch on, beside what they should make of it.
`make truth` runs all of it and writes this page; it exits with 1 when a row is missed or accuses somebody falsely.

A row is **caught** when the run names exactly the components that are to blame, with the expected status, and every
check comes out as the contract has it. It is **missed** when a check passes that should not, or when the component to
blame is not named; it is **falsely accused** when anything else fails, or anybody else is named. What is expected of
each fault is derived from the contract by the lab (`vibehq-smoke lab --list-faults --json`), which shares no code with
the checks.

{counts}.

| fault | what goes wrong | root cause | found by | verdict |
|---|---|---|---|---|
{rows}
## All defects at once

The profile `as-built` has every known defect of the platform, but for two that hide the rest. What finds each; one that
is hidden by another is found as soon as that is mended, and by itself in the table above.

| defect | what is wrong | found by |
|---|---|---|
{defects}"""


def page(switches: Sequence[Switch], rows: Mapping[str, Row], seen: Mapping[str, Sighting]) -> str:
    """The page, in the order of the lab's list. seen: what ``as-built`` shows of each of its defects."""
    known = {switch.id: switch for switch in switches}
    return _TEXT.format(
        counts=counts(list(rows.values())),
        rows="".join(_row(switch, rows[switch.id]) for switch in switches if switch.id in rows),
        defects="".join(f"| `{id_}` | {known[id_].summary} | {told(known[id_], one)} |\n" for id_, one in seen.items()),
    )


def told(switch: Switch, seen: Sighting) -> str:
    """Who finds a defect among all the others; else what hides it; else why no item could."""
    if seen.found:
        return _few(seen.found)
    if seen.hidden:
        check, cause = next(iter(seen.hidden.items()))
        return f"hidden: {check} is blocked by {cause}"
    return f"no item: {switch.unseen}" if switch.unseen else NOTHING


def counts(rows: Sequence[Row]) -> str:
    """How many rows came out how, in a line."""
    words = Counter(row.verdict.word for row in rows)
    shown = [CAUGHT, *sorted(set(words) - {CAUGHT})]
    return f"{len(rows)} faults: " + ", ".join(f"{words[word]} {word}" for word in shown)


def _row(switch: Switch, row: Row) -> str:
    verdict = row.verdict.word if row.verdict.word == CAUGHT else f"**{row.verdict.word}**"
    finders = _few(row.finders) or (f"nothing: {switch.unseen}" if switch.unseen else "preflight" if row.roots else "")
    return f"| `{switch.id}` | {switch.summary} | {_few(row.roots) or 'none'} | {finders} | {verdict} |\n"


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(names[:FEW])
    return f"{shown} and {len(names) - FEW} more" if len(names) > FEW else shown
