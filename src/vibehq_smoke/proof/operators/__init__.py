"""The registry of operators: every way in which what a check saw is made wrong, or harmlessly different."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from ..mutants import Change, Make, Operator
from ..pieces import Answer
from ..subjects import Subject

_registry: list[Operator] = []


def operator(
    name: str, family: str, kinds: str, *, harmless: bool = False, advice: str = "", once: bool = False
) -> Callable[[Make], Make]:
    """Enter a function into the registry, for questions of these ``kinds`` (words)."""
    wanted = kinds.split()

    def enter(make: Make) -> Make:
        def for_its_kinds(subject: Subject) -> Iterable[Change]:
            return make(subject) if subject.kind in wanted else ()

        meaning = (make.__doc__ or "").strip().partition("\n")[0]
        _registry.append(Operator(name, family, for_its_kinds, harmless, advice, once, meaning))
        return make

    return enter


def shipped_operators() -> list[Operator]:
    """All operators that ship with the harness."""
    # They enter themselves: in the order in which mutants are tried and told, and of two advices the first counts.
    from . import field_shapes, field_values  # noqa: F401, I001
    from . import http  # noqa: F401
    from . import channels, harmless, programs, sights  # noqa: F401

    return list(_registry)


def advice(operators: Iterable[Operator]) -> dict[str, str]:
    """What to assert against the mutants of each kind."""
    found: dict[str, str] = {}
    for one in operators:
        if one.advice:
            found.setdefault(one.family, one.advice)
    return found


def every(subject: Subject, change: Callable[[Answer], Answer]) -> dict[int, Answer]:
    """All answers of a question, changed."""
    return {number: change(answer) for number, answer in subject.answers.items() if change(answer) != answer}


def diff(place: str, old: Any, new: Any) -> str:
    """A change of one value, in one line."""
    return f"{place}: {_short(old)} → {_short(new)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) < 60 else f"{text[:57]}…"
