"""The items as objects; ``checklist.py`` and ``beyond.py`` have them as text."""

from dataclasses import dataclass
from functools import cache

from vibehq_smoke.lab.expectations import beyond, graph
from vibehq_smoke.lab.expectations.checklist import TABLE

_GROUPS = {
    "@databases": graph.DATABASES,
    "@factories": graph.FACTORIES,
    "@specialists": graph.SPECIALISTS,
    "@workers": graph.WORKERS,
    "@deployed": ("orchestrator", *graph.WORKERS),
    "@hubs": graph.HUBS,
    "@unasked": ("cloud-worker-retrofit", "cloudflare-expert", "unit-test-specialist", "frontend-testing-specialist"),
    "@cut-off": tuple(f"?{name}" for name in graph.WORKERS),
    "@refusing": ("?health-protocol", "?analytics-api", "?delivery-api", "?hil", "?specialist-log"),
    "@run": ("auth:session", "d1-health", "HLT-01", "HLT-03"),
}
_FROM_FILES = "SW"


@dataclass(frozen=True)
class Item:
    """One item of the checklist.

    components: whom it can accuse, the first unless a switch says otherwise. asked: those of them that must be there
    to be asked. needs: what else must be there, with all that it needs in turn. after: items that must hold first.
    establishes: components whose being there it states itself: it fails, and is not blocked, when they are gone.
    """

    id: str
    priority: int
    mode: str
    components: tuple[str, ...]
    asked: tuple[str, ...]
    needs: tuple[str, ...]
    after: tuple[str, ...]
    establishes: tuple[str, ...]

    @property
    def of_each(self) -> bool:
        """Whether the item is about each component of a group, so that none of them is the one to accuse."""
        return len(self.components) > 1 and self.components in _GROUPS.values()


@cache
def checklist() -> tuple[Item, ...]:
    """The contract's items, in its order."""
    return tuple(_item(line) for line in TABLE.splitlines() if line)


@cache
def everything() -> tuple[Item, ...]:
    """The contract's items, and then those beyond it."""
    return (*checklist(), *(_item(line) for line in beyond.TABLE.splitlines() if line))


def _item(line: str) -> Item:
    head, *columns = line.split("|")
    id_, priority, mode = head.split()
    accusable, needs, establishes = (_words(column) for column in (*columns, "", "")[:3])
    components = tuple(name.lstrip("?") for name in accusable)
    live = () if mode in _FROM_FILES else accusable
    asked = tuple(name for name in live if name not in establishes and not name.startswith("?"))
    items = tuple(need for need in needs if _is_item(need))
    needed = tuple(need for need in needs if not _is_item(need))
    return Item(id_, int(priority), mode, components, asked, needed, items, establishes)


def _words(column: str) -> tuple[str, ...]:
    return tuple(word for entry in column.split() for word in _GROUPS.get(entry, (entry,)))


def _is_item(need: str) -> bool:
    return need[-2:].isdigit()
