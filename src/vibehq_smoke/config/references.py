"""What declared checks say of each other: ids, and ``${ID.NAME}`` for what another check captured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .declared import RUN, DeclaredCheck
from .document import Document, shown_key
from .toml_lines import KeyPath
from .variables import REFERENCE

OF_THE_RUN = ("id", "tag")
"""What ``${run.NAME}`` may name."""


def complain(document: Document, checks: Sequence[DeclaredCheck]) -> None:
    """Raise ConfigError for an id that stands twice, and for a reference that cannot be filled in."""
    known: dict[str, int] = {}
    for number, check in enumerate(checks):
        first = known.setdefault(check.id, number)
        if first != number:
            line = document.line(("check", first, "id"))
            raise document.error(f'check[{number}].id: "{check.id}" stands twice, first in line {line}', _id(number))
    for number, check in enumerate(checks):
        for path, id_, name in _references(check.model_dump(by_alias=True), ("check", number)):
            _complain_of_one(document, path, id_, name, checks[number], {one.id: one for one in checks})


def _id(number: int) -> KeyPath:
    return ("check", number, "id")


def _complain_of_one(
    document: Document, path: KeyPath, id_: str, name: str, check: DeclaredCheck, known: dict[str, DeclaredCheck]
) -> None:
    key, shown = shown_key(path), f"${{{id_}.{name}}}"
    if not _may_refer(path[2:]):
        raise document.error(f"{key}: {shown} is not filled in here: only in request, and in equals and in", path)
    if id_ == RUN:
        if name not in OF_THE_RUN:
            raise document.error(f"{key}: the run has no {name!r}", path, got=name, allowed=OF_THE_RUN)
        return
    if id_ not in known or id_ == check.id:
        others = [other for other in known if other != check.id]
        raise document.error(f"{key}: {shown}: this file has no other check {id_!r}", path, got=id_, allowed=others)
    if name not in known[id_].capture:
        captures = tuple(known[id_].capture)
        raise document.error(f"{key}: {shown}: {id_} captures no {name!r}", path, got=name, allowed=captures)
    if id_ not in check.needs:
        raise document.error(f"{key}: {shown}: add {id_!r} to the needs of {check.id}", path)


def _may_refer(path: KeyPath) -> bool:
    """Whether what stands at ``path`` of a check is filled in when it runs."""
    asserted = path[:2] == ("expect", "json") and path[3:4] in (("equals",), ("in",))
    return asserted or path[:2] in (("request", "path"), ("request", "headers"), ("request", "json"))


def _references(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str, str]]:
    """Every reference below ``path``: where it stands, the check's id, the capture's name."""
    if isinstance(value, str):
        for id_, name in REFERENCE.findall(value):
            yield path, id_, name
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _references(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _references(inner, (*path, number))
