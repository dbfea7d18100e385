"""The two type models of the databases, read from their TypeScript (contract INF-04, INF-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import EXPECTED, Tables, home_of
from .typescript import tokenize
from .wrangler import Complaint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KYSELY = "@shared/types/db.ts"
DRIZZLE = "orchestrator/worker/database/schema.ts"

_OPENS, _CLOSES = frozenset("{[(<"), frozenset("}])>")


def kysely_tables(source: str) -> Tables:
    """Tables and columns of every interface whose members are interfaces with columns, such as ``Database``."""
    code = _code(source)
    interfaces = dict(_interfaces(code))
    return {
        table: frozenset(interfaces[kind[0]])
        for members in interfaces.values()
        for table, kind in members.items()
        if kind and kind[0] in interfaces
    }


def drizzle_tables(source: str) -> Tables:
    """Tables and columns of every ``sqliteTable("name", { key: kind("column") … })``."""
    code = _code(source)
    found: Tables = {}
    for at, word in enumerate(code):
        if word == "sqliteTable" and code[at + 1 : at + 2] == ["("] and code[at + 3 : at + 5] == [",", "{"]:
            members = _members(code[at + 5 :])
            found[code[at + 2][1:-1]] = frozenset(_column(key, kind) for key, kind in members.items())
    return found


def complaints_about(model: str, tables: Tables, made: Tables) -> Iterator[Complaint]:
    """Where ``tables`` are not those of the contract, or have columns that no migration makes (``made``)."""
    for binding, expected in EXPECTED.items():
        for table, columns in expected.items():
            component = home_of(table) or ""
            if table not in tables:
                yield Complaint(component, f"{model} has no table {table} ({binding})")
            elif missing := sorted(columns - tables[table]):
                yield Complaint(component, f"{model}: {table} has no column {', '.join(missing)}")
            elif table in made and (extra := sorted(tables[table] - made[table])):
                yield Complaint(component, f"{model}: no migration gives {table} a column {', '.join(extra)}")


def _code(source: str) -> list[str]:
    return [token.text for token in tokenize(source) if token.kind != "comment"]


def _interfaces(code: Sequence[str]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Name and members of each ``interface X … {`` and ``type X = {``."""
    for at, word in enumerate(code):
        opened = at + 2
        if word == "interface":
            opened = next((place for place in range(at, len(code)) if code[place] == "{"), len(code))
        elif word != "type" or code[at + 2 : at + 4] != ["=", "{"]:
            continue
        else:
            opened = at + 3
        yield code[at + 1] if at + 1 < len(code) else "", _members(code[opened + 1 :])


def _members(code: Sequence[str]) -> dict[str, list[str]]:
    """Members of the braces that were just opened: name to what stands after its colon."""
    members: dict[str, list[str]] = {}
    name: str | None = None
    depth = 0
    for at, word in enumerate(code):
        if word in _OPENS:
            depth += 1
        elif word in _CLOSES:
            depth -= 1
        if depth < 0:
            break
        if depth == 0 and word in (",", ";"):
            name = None
        elif depth == 0 and word == ":" and at:  # also where the line's end alone ended the member before
            before = code[at - 1] if code[at - 1] != "?" else code[at - 2]
            name = before.strip("\"'")
            members[name] = []
        elif name is not None:
            members[name].append(word)
    return members


def _column(key: str, kind: Sequence[str]) -> str:
    """``text("column_name")`` names its column; ``text()`` and ``text({…})`` leave it at the key."""
    named = len(kind) > 2 and kind[1] == "(" and kind[2][:1] in "\"'"
    return kind[2][1:-1] if named else key
