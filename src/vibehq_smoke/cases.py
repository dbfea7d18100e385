"""One check made for several workers: from ``@check(..., each="factory")`` to one check for each (decision 008).

All of it happens before the graph is built. What comes out are checks like any other, each with an id, a component
and needs of its own, so that nothing behind this knows that some of them share a function.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from .checks import Check, CheckFunction, Each
from .errors import Skipped

Families: TypeAlias = Mapping[str, Mapping[str, str]]
"""Id of a check with ``each`` -> worker or other name -> id of the check made for it. Empty without any such worker."""

SPECIALISTS = frozenset({"cloud-worker-retrofit"})
"""Specialists whose name does not say so, which a target may have left at the type of an application (contract 1.2)."""


def made_for(checks: Iterable[Check], workers: Mapping[str, str], resources: Collection[str] = ()) -> list[Check]:
    """``checks``, those with ``each`` replaced by one for every such worker.

    ``workers`` are names with their types, ``resources`` the names of arguments that no need fills. Needs that
    name a replaced check name the same worker's, where that is one of them, else all of them.
    """
    several = list(checks)
    families: Families = {
        check.id: {name: f"{check.id}[{name}]" for name in _those(check.each, workers)}
        for check in several
        if check.each is not None
    }
    made = (one for check in several for one in _made(check, families))
    return [_with_needs(one, families, {check.id for check in several}, resources) for one in made]


def _those(each: Each, workers: Mapping[str, str]) -> list[str]:
    if isinstance(each, tuple):
        return list(each)
    named = SPECIALISTS if each == "specialist" else ()
    return [name for name, type_ in workers.items() if each in ("worker", type_) or name in named]


def _made(check: Check, families: Families) -> Iterator[Check]:
    if check.each is None:
        yield check
    elif not families[check.id]:
        yield replace(check, function=_nobody(check.function, check.each), arguments=check.arguments[1:])
    else:
        for name, id_ in families[check.id].items():
            component = check.component_of(name) if check.component_of else check.spec.component
            spec = check.spec.model_copy(update={"id": id_, "case": name, "component": component})
            yield replace(check, spec=spec, function=_bound(check.function, name), arguments=check.arguments[1:])


def _bound(function: CheckFunction, worker: str) -> CheckFunction:
    @functools.wraps(function)
    async def for_one_worker(hq: Any, *values: Any) -> Any:
        return await function(hq, worker, *values)

    return for_one_worker


def _nobody(function: CheckFunction, each: Each) -> CheckFunction:
    @functools.wraps(function)
    async def for_nobody(hq: Any, *_values: Any) -> Any:
        raise Skipped(f"the target has no {each}: set one in [targets.{hq.target.name}.workers]")

    return for_nobody


def _with_needs(check: Check, families: Families, checks: Collection[str], resources: Collection[str]) -> Check:
    """``check`` with needs that exist: one worker's, or all, whose values it gets as one mapping by worker's name."""
    if not any(families.get(need) for need in check.spec.needs):
        return check
    needs: list[str] = []
    values: list[Mapping[str, str] | None] = []
    for need in check.spec.needs:
        items = families.get(need) or {}
        own = items.get(check.spec.case or "")
        needs += [own] if own else items.values() or [need]
        if need in checks:
            values.append(None if own or not items else items)
    names, shape = _arguments(check.arguments, values, resources)
    spec = check.spec.model_copy(update={"needs": tuple(needs)})
    return replace(check, spec=spec, arguments=names, function=_gathering(check.function, shape))


def _arguments(
    arguments: Sequence[str], values: Sequence[Mapping[str, str] | None], resources: Collection[str]
) -> tuple[tuple[str, ...], list[tuple[str, ...] | None]]:
    """The arguments with one for each value of a mapping, and for each original one the keys of its mapping."""
    coming = iter(values)
    names: list[str] = []
    shape: list[tuple[str, ...] | None] = []
    for name in arguments:
        items = None if name in resources else next(coming, None)
        names += [name] if items is None else (f"{name}[{case}]" for case in items)
        shape.append(None if items is None else tuple(items))
    return tuple(names), shape


def _gathering(function: CheckFunction, shape: Sequence[tuple[str, ...] | None]) -> CheckFunction:
    if not any(shape):
        return function

    @functools.wraps(function)
    async def with_mappings(hq: Any, *values: Any) -> Any:
        coming = iter(values)
        given = [next(coming) if cases is None else {case: next(coming) for case in cases} for cases in shape]
        return await function(hq, *given)

    return with_mappings
