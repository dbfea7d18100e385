"""``@check``: marks an async function as a check. The mark is all it does; the host scans for it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeAlias, TypeVar, get_args

from .errors import GraphError, nearest
from .models import CheckSpec, Mode, Priority

P0, P1, P2, P3 = Priority

CheckFunction: TypeAlias = Callable[..., Awaitable[Any]]
Need: TypeAlias = "CheckFunction | str"
EachWorker: TypeAlias = Literal["worker", "factory", "specialist"]
Each: TypeAlias = EachWorker | tuple[str, ...]
"""What one check is made for: every such worker of the target, or each of these names."""
ComponentOf: TypeAlias = Callable[[str], str]
"""From the name that a check is made for to its component."""
F = TypeVar("F", bound=CheckFunction)

PLURALS: Mapping[EachWorker, str] = {
    "worker": "workers",
    "factory": "factories",
    "specialist": "specialists",
}
"""The component that stands for all of them while the target has none."""

_MARK = "__vibehq_check__"


@dataclass(frozen=True)
class CheckMark:
    """What ``@check`` wrote on a function."""

    id: str
    component: str | ComponentOf
    priority: Priority
    mode: Mode
    needs: tuple[Need, ...]
    writes: bool
    exclusive: bool | Literal["last"]
    deadline: float | None
    category: str | None
    each: Each | None


@dataclass(frozen=True)
class Check:
    """A check as the engine runs it: its spec, its function, and the names of the arguments after ``hq``."""

    spec: CheckSpec
    function: CheckFunction
    arguments: tuple[str, ...] = ()
    each: Each | None = None
    """It is made once for every such worker or name (``cases``), which is then the first argument."""
    component_of: ComponentOf | None = None
    """Which component is accused for a worker; None accuses the spec's."""

    @property
    def id(self) -> str:
        """The spec's id."""
        return self.spec.id

    def with_changes(self, **changes: Any) -> Check:
        """A copy whose spec has other values, for suites and plan hooks that override one."""
        return replace(self, spec=self.spec.model_copy(update=changes))


def check(
    id: str,  # noqa: A002 - the word that users know it by
    *,
    component: str | ComponentOf,
    priority: Priority,
    mode: Mode | str = Mode.HTTP,
    needs: Iterable[Need] = (),
    writes: bool = False,
    exclusive: bool | Literal["last"] = False,
    deadline: float | None = None,
    category: str | None = None,
    each: Each | None = None,
) -> Callable[[F], F]:
    """Mark an async function ``(hq, ...)`` as the check ``id``.

    ``needs`` are checks (functions or ids) and components that must hold first. What a needed check
    returned arrives as an argument, in the order of ``needs``, after ``hq``; an argument named like a
    resource that a plugin provides receives that resource instead. ``writes`` says that something is created
    on the target, ``exclusive`` that the check runs alone, after those that do not (``"last"``: after the other
    exclusive ones, too), ``deadline`` how many seconds it may take.

    ``each`` makes one check of it for every worker of the target, or every factory or specialist: ``id[worker]``, with
    the worker's name as the first argument after ``hq``. ``component`` may then be a function from that name. A tuple
    of names makes one for each of those, the same on every target: ``each=DATABASES`` with ``component=str``.
    """
    mark = CheckMark(id, component, priority, Mode(mode), tuple(needs), writes, exclusive, deadline, category, each)

    def decorate(function: F) -> F:
        is_async: bool = inspect.iscoroutinefunction(function)  # a bool, so that F is not narrowed
        if not is_async:
            raise GraphError(f"{place(function)}: check {id} must be an async function")
        if problem := _wrong_each(function, mark):
            raise GraphError(f"{place(function)}: check {id} {problem}")
        setattr(function, _MARK, mark)
        return function

    return decorate


def _wrong_each(function: CheckFunction, mark: CheckMark) -> str | None:
    if mark.each is None:
        return None if isinstance(mark.component, str) else "has a component that depends on a case, but no each"
    if isinstance(mark.each, tuple):
        sound = mark.each and all(isinstance(name, str) and name for name in mark.each)
        if not sound or len(set(mark.each)) < len(mark.each):
            return f"has each={mark.each!r}, which should be different names"
    elif mark.each not in (kinds := get_args(EachWorker)):
        near = nearest(str(mark.each), kinds)
        allowed = f"{', '.join(kinds)}, or a tuple of names"
        return f"has each={mark.each!r} (allowed: {allowed})" + (f"; did you mean {near!r}?" if near else "")
    if len(inspect.signature(function).parameters) < 2:
        return "must take the name that it is made for as its first argument after hq"
    return None


def _component(mark: CheckMark) -> str:
    """Whom the check accuses before it is made for anybody."""
    if isinstance(mark.component, str):
        return mark.component
    return mark.component(mark.each[0]) if isinstance(mark.each, tuple) else PLURALS[mark.each or "worker"]


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
        component=_component(mark),
        priority=mark.priority,
        mode=mark.mode,
        needs=tuple(_need_id(need, function) for need in mark.needs),
        writes=mark.writes,
        exclusive=mark.exclusive,
        deadline_s=mark.deadline,
        location=place(function),
    )
    arguments = tuple(inspect.signature(function).parameters)[1:]
    return Check(spec, function, arguments, mark.each, None if isinstance(mark.component, str) else mark.component)


def _need_id(need: Need, function: Any) -> str:
    if isinstance(need, str):
        return need
    mark = mark_of(need)
    if mark is None:
        raise GraphError(f"{place(function)}: {getattr(need, '__name__', need)!r} in needs is not a check")
    return mark.id
