"""The operator channel reads and never writes: SQL is looked at before it is sent (contract 2.0, operator channel)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import HarnessError
from .ledger import literal

_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])|(?P<comment>--[^\n]*|/\*[\s\S]*?(?:\*/|\Z))|(?P<mark>\?)"""
)
_READING_PRAGMAS = frozenset(
    (
        *("table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list", "database_list"),
        *("integrity_check", "quick_check", "user_version", "schema_version", "page_count", "compile_options"),
    )
)


def refuse_writes(sql: str) -> None:
    """Raise HarnessError unless ``sql`` is a single SELECT, EXPLAIN or reading PRAGMA."""
    bare = _TOKEN.sub(lambda token: " " if token["comment"] else "x", sql).strip().rstrip(";").strip()
    start = re.match(r"[A-Za-z]*", bare)
    verb = start[0].lower() if start else ""
    allowed = verb in ("select", "explain") or (verb == "pragma" and _reads(bare[len(verb) :]))
    if not allowed or ";" in bare:
        raise HarnessError(f"the operator channel only reads: one SELECT, PRAGMA or EXPLAIN, not {sql.strip()[:120]!r}")


def inline(sql: str, params: Sequence[object]) -> str:
    """``sql`` with its ``?`` replaced by literals, for a channel that takes no parameters. Raises ValueError."""
    values = iter(params)
    parts = []
    position = 0
    for token in _TOKEN.finditer(sql):
        if token["mark"]:
            try:
                parts += [sql[position : token.start()], literal(next(values))]
            except StopIteration:
                raise ValueError(f"more marks than the {len(params)} parameter(s) in {sql!r}") from None
            position = token.end()
    if next(values, _MISSING) is not _MISSING:
        raise ValueError(f"{len(params)} parameters are more than the marks in {sql!r}")
    return "".join(parts) + sql[position:]


_MISSING = object()


def _reads(rest: str) -> bool:
    name = re.match(r"\s*(?:\w+\.)?(\w+)", rest)
    return name is not None and name[1].lower() in _READING_PRAGMAS and "=" not in rest
