"""``@check``: marks an async function as a check. The mark is all it does; the host scans for it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias, TypeVar

from .errors import GraphError
from .models import CheckSpec, Mode, Priority

P0, P1, P2, P3 = Priority

CheckFunction: TypeAlias = Callable[..., Awaitable[Any]]
Need: TypeAlias = "CheckFunction | str"
F = TypeVar("F", bound=CheckFunction)

_MARK = "__vibehq_check__"


@dataclass(frozen=True)
class CheckMark:
    """What ``@check`` wrote on a function."""

    id: str
    component: str
    priority: Priority
    mode: Mode
    needs: tuple[Need, ...]
    writes: bool
    exclusive: bool
    deadline: float | None
    category: str | None


@dataclass(frozen=True)
class Check:
    """A check as the engine runs it: its spec, its function, and the names of the arguments after ``hq``."""

    spec: CheckSpec
    function: CheckFunction
    arguments: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The spec's id."""
        return self.spec.id

    def with_changes(self, **changes: Any) -> Check:
        """A copy whose spec has other values, for suites and plan hooks that override one."""
        return Check(self.spec.model_copy(update=changes), self.function, self.arguments)


def check(
    id: str,  # noqa: A002 - the word that users know it by
    *,
    component: str,
    priority: Priority,
    mode: Mode | str = Mode.HTTP,
    needs: Iterable[Need] = (),
    writes: bool = False,
    exclusive: bool = False,
    deadline: float | None = None,
    category: str | None = None,
) -> Callable[[F], F]:
    """Mark an async function ``(hq, ...)`` as the check ``id``.

    ``needs`` are checks (functions or ids) and components that must hold first. What a needed check
    returned arrives as an argument, in the order of ``needs``, after ``hq``; an argument named like a
    resource that a plugin provides receives that resource instead. ``writes`` says that something is created
    on the target, ``exclusive`` that the check runs alone and last, ``deadline`` how many seconds it may take.
    """
    mark = CheckMark(id, component, priority, Mode(mode), tuple(needs), writes, exclusive, deadline, category)

    def decorate(function: F) -> F:
        is_async: bool = inspect.iscoroutinefunction(function)  # a bool, so that F is not narrowed
        if not is_async:
            raise GraphError(f"{place(function)}: check {id} must be an async function")
        setattr(function, _MARK, mark)
        return function

    return decorate


def mark_of(function: object) -> CheckMark | None:
    """The mark on ``function``, or None when it is no check."""
    mark = getattr(function, _MARK, None)
    return mark if isinstance(mark, CheckMark) else None


def place(function: Any) -> str:
    """``file:line`` where ``function`` is defined; the path is relative to the working directory when below it."""
    code = inspect.unwrap(function).__code__
    path = Path(code.co_filename)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return f"{shown}:{code.co_firstlineno}"


def scan(module: ModuleType) -> Iterator[Check]:
    """Every check defined in ``module``, in the order of the file. Imported ones stay with their own module."""
    for function in vars(module).values():
        mark = mark_of(function)
        if mark is not None and function.__module__ == module.__name__:
            yield as_check(function, mark, default_category=module.__name__.rpartition(".")[2])


def as_check(function: Any, mark: CheckMark, *, default_category: str) -> Check:
    """Turn a marked function into a check; needs given as functions become ids."""
    spec = CheckSpec(
        id=mark.id,
        category=mark.category or default_category,
        title=function.__name__.replace("_", " "),
        description=inspect.cleandoc(function.__doc__ or "").partition("\n\n")[0].replace("\n", " "),
        component=mark.component,
        priority=mark.priority,
        mode=mark.mode,
        needs=tuple(_need_id(need, function) for need in mark.needs),
        writes=mark.writes,
        exclusive=mark.exclusive,
        deadline_s=mark.deadline,
        location=place(function),
    )
    return Check(spec, function, tuple(inspect.signature(function).parameters)[1:])


def _need_id(need: Need, function: Any) -> str:
    if isinstance(need, str):
        return need
    mark = mark_of(need)
    if mark is None:
        raise GraphError(f"{place(function)}: {getattr(need, '__name__', need)!r} in needs is not a check")
    return mark.id
