"""The table of faults in ``docs/lab.md``: ``python -m tests.lab.table`` writes it anew."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from vibehq_smoke.lab.expectations.derive import expected
from vibehq_smoke.lab.expectations.graph import FACTORIES, SPECIALISTS, WORKERS
from vibehq_smoke.lab.faults import Switch
from vibehq_smoke.lab.switches import ALL
from vibehq_smoke.lab.workers.roster import ROSTER

PAGE = Path(__file__).parents[2] / "docs" / "lab.md"
BEGIN, END = "<!-- faults -->\n", "<!-- /faults -->"
HEAD = "| id | what goes wrong | components | checks |\n|---|---|---|---|\n"
FAMILY = "workers"
TITLES = {"api": "API", "live": "live (WebSockets)", "defects": "defects as built (contract 12.2)"}
MANY = 9
CROWDS = (("all workers", WORKERS), ("all factories", FACTORIES), ("all specialists", SPECIALISTS))
STATES = ("failed", "degraded", "blocked")


def page_with_table(page: str) -> str:
    """`page` with fresh tables between the marks."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return before + BEGIN + tables() + END + after


def tables() -> str:
    """All switches, a table for each group; the same fault of all workers is one row."""
    groups = [(name, list(found)) for name, found in groupby(ALL, key=lambda switch: switch.group)]
    return "\n".join(_table(name, found) for name, found in groups)


def _table(name: str, switches: Sequence[Switch]) -> str:
    rows = _families(switches) if name == FAMILY else [_row(switch) for switch in switches]
    lead = "`W` is the name of any worker.\n\n" if name == FAMILY else ""
    return f"### Faults: {TITLES.get(name, name)}\n\n{lead}{HEAD}" + "".join(f"{row}\n" for row in rows)


def _row(switch: Switch) -> str:
    also = "".join(f" or `{alias}`" for alias in switch.aliases)
    return f"| `{switch.id}`{also} | {switch.summary} | {_components(switch)} | {_checks(switch)} |"


def _components(switch: Switch) -> str:
    found = expected(switch)
    words = []
    left = dict(found.components)
    for title, group in CROWDS:
        status = left.get(group[0])
        if status is not None and all(left.get(name) == status for name in group):
            words.append(_verdict(title, status, group[0] in found.root_causes))
            left = {name: known for name, known in left.items() if name not in group}
    words = [_verdict(name, status, name in found.root_causes) for name, status in left.items()] + words
    return ", ".join(words) or "none"


def _verdict(name: str, status: str, to_blame: bool) -> str:
    return f"**{name}** {status}" if to_blame else f"{name} {status}"


def _checks(switch: Switch) -> str:
    found = expected(switch)
    if switch.unseen:
        return f"none: {switch.unseen}"
    if found.unsteady:
        return f"by chance any of {_names(found.unsteady)}"
    return "; ".join(
        f"{state}: {_names([name for name, seen in found.checks.items() if seen == state])}"
        for state in STATES
        if state in found.checks.values()
    )


def _names(names: Sequence[str]) -> str:
    return f"{len(names)} items" if len(names) > MANY else ", ".join(names)


def _families(switches: Sequence[Switch]) -> Iterable[str]:
    names = {post.name: post for post in ROSTER}
    kinds = list(dict.fromkeys(_kind(switch, names) for switch in switches))
    for kind in kinds:
        members = [switch for switch in switches if _kind(switch, names) == kind]
        first = members[0]
        name = first.id.removesuffix(f"-{kind}")
        summary = first.summary.replace(name, "W")
        components = ", ".join(dict.fromkeys(_without_name(_components(member), member) for member in members))
        yield f"| `W-{kind}` | {summary} | {components} | {_checks_of_all(members)} |"


def _kind(switch: Switch, names: Iterable[str]) -> str:
    return next(switch.id.removeprefix(f"{name}-") for name in names if switch.id.startswith(f"{name}-"))


def _without_name(components: str, switch: Switch) -> str:
    own = next(post.component for post in ROSTER if switch.id.startswith(f"{post.name}-"))
    return components.replace(f"**{own}**", "**W**")


def _checks_of_all(members: Sequence[Switch]) -> str:
    """What all members of a family have in common, and how much more the worker has that is used for samples."""
    seen = [expected(member) for member in members]
    if members[0].unseen:
        return f"none: {members[0].unseen}"
    if seen[0].unsteady:
        return f"by chance any of {_spread([len(found.unsteady) for found in seen])} items"
    parts = []
    for state in STATES:
        sets = [{name for name, found in each.checks.items() if found == state} for each in seen]
        shared = [name for name in seen[0].checks if all(name in found for found in sets)]
        others = sorted(set().union(*sets) - set(shared))
        if shared or others:
            parts.append(f"{state}: {', '.join([*shared, *_others(others, sets)])}")
    return "; ".join(parts)


def _others(others: Sequence[str], sets: Sequence[set[str]]) -> list[str]:
    if not others:
        return []
    single = all(len(found & set(others)) == 1 for found in sets)
    return [f"one of {', '.join(others)}"] if single else [f"for some workers up to {len(others)} more"]


def _spread(counts: Sequence[int]) -> str:
    return f"{min(counts)} to {max(counts)}" if min(counts) != max(counts) else str(counts[0])


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
