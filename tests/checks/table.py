"""The page ``docs/checks.md``, made from the checks themselves: ``python -m tests.checks.table > docs/checks.md``."""

from collections.abc import Iterable, Iterator

from vibehq_smoke.embedded import WORKERS
from vibehq_smoke.host import Host
from vibehq_smoke.models import CheckSpec

HEAD = """\
# The checks

One line per check, in the order of the contract's checklist. The table is made from the checks themselves and a
test keeps it equal; `python -m tests.checks.table > docs/checks.md` writes it anew.

- **Priority**: p0 the platform is down, loses data or stands open · p1 a major feature is broken · p2 a minor one,
  or there is a way around · p3 cosmetic. A failed p0 or p1 check makes its component broken, a lower one degraded.
- **Access**: what the check cannot do without. `http` reaches the target from outside; without an `operator`
  channel, a `source` checkout or a `browser` a check that wants one is skipped, with what to set.
- **Needs**: checks and components that must hold first. Otherwise the check is blocked, and the cause is named.
- Checks marked *writes* create something, tagged with the run's id and listed with the SQL that removes it; they
  stay away from read-only targets. Checks marked *alone* run after all others.
"""


def page(specs: Iterable[CheckSpec]) -> str:
    """The whole page."""
    by_category: dict[str, list[CheckSpec]] = {}
    for spec in _once(specs):
        by_category.setdefault(spec.category, []).append(spec)
    return "\n".join(
        [HEAD, *(line for category in sorted(by_category) for line in _section(category, by_category[category]))]
    )


def _once(specs: Iterable[CheckSpec]) -> Iterator[CheckSpec]:
    """Of the checks that are made for several only one, under the id that they share."""
    families: dict[str, list[CheckSpec]] = {}
    for spec in specs:
        families.setdefault(spec.family, []).append(spec)
    for id_, several in families.items():
        component = several[0].component
        if len({spec.component for spec in several}) > 1:
            fixed = all(spec.component == spec.case for spec in several) and several[0].case not in WORKERS
            component = ", ".join(spec.component for spec in several) if fixed else "the worker"
        needs = tuple(dict.fromkeys(need.partition("[")[0] for need in several[0].needs))
        yield several[0].model_copy(update={"id": id_, "component": component, "needs": needs})


def _section(category: str, specs: Iterable[CheckSpec]) -> Iterator[str]:
    yield f"## {category}\n"
    yield "| id | it is true that | priority | access | component | needs | what is asserted |"
    yield "|---|---|---|---|---|---|---|"
    for spec in sorted(specs, key=lambda spec: spec.id):
        marks = [word for word, holds in (("writes", spec.writes), ("alone", spec.exclusive)) if holds]
        access = ", ".join([spec.mode.value, *(f"*{mark}*" for mark in marks)])
        needs = ", ".join(spec.needs) or "—"
        cells = (spec.id, spec.title, spec.priority.value, access, spec.component, needs, spec.description)
        yield f"| {' | '.join(map(_escaped, cells))} |"
    yield ""


def _escaped(cell: str) -> str:
    return cell.replace("<", "&lt;").replace("|", "\\|")


def shipped_page() -> str:
    """The page about the checks that ship."""
    host = Host.load()
    try:
        return page(check.spec for check in host.graph().checks.values())
    finally:
        host.close()


if __name__ == "__main__":
    print(shipped_page(), end="")  # noqa: T201 - this is what it is for
