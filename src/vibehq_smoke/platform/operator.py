"""The operator channel: access from the inside, as six verbs over any backend (contract 2.0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

from ..errors import Skipped, SmokeError, Unreachable, Violation
from .readonly import refuse_writes
from .recorder import EvidenceKind, Recorder
from .wording import one_line, show

Row: TypeAlias = dict[str, Any]


class HttpsDoor(NamedTuple):
    """An https address of the platform beside its plain one, and the authority that vouches for it (PEM)."""

    url: str
    ca_pem: str


class Backend(Protocol):
    """One way to the inside. A verb that it does not have raises Skipped."""

    async def sql(self, db: str, select: str, params: Sequence[object]) -> list[Row]:
        """Rows of a SELECT on the database bound as ``db``."""

    async def rpc(self, binding: str, method: str, args: Sequence[object]) -> Any:
        """What an entrypoint's method returns."""

    async def cron(self, expression: str) -> Any:
        """Fire a scheduled event."""

    async def logs(self, since: int) -> list[Row]:
        """Structured log lines after the line ``since``."""

    async def fault(self, id: str, on: bool) -> None:  # noqa: A002 - the channel's own words
        """Switch a fault."""

    async def https(self) -> HttpsDoor:
        """Where the platform answers over https, when it is configured with its plain address."""


class OperatorError(SmokeError):
    """A backend's answer that is an error. ``unreachable``: the channel or the database behind it does not answer."""

    def __init__(self, message: str, *, unreachable: bool = False) -> None:
        self.unreachable = unreachable
        super().__init__(message)


@dataclass(frozen=True)
class Operator:
    """The verbs as a check uses them: read-only SQL, everything kept as evidence.

    An answer that is an error raises Violation ``operator``; a channel or database that does not answer raises
    Unreachable ``operator``; a verb that the backend lacks raises Skipped.
    """

    backend: Backend
    recorder: Recorder
    read_only: bool = False

    async def sql(self, db: str, select: str, params: Sequence[object] = ()) -> list[Row]:
        """Rows of ``select`` on a binding such as ``DB_HEALTH``. Raises HarnessError for a statement that may write."""
        refuse_writes(select)
        rows: list[Row] = await self._ask("sql", f"{db}: {one_line(select)}", self.backend.sql(db, select, params))
        return rows

    async def rpc(self, binding: str, method: str, *args: object) -> Any:
        """Call a method of an entrypoint, for example ``rpc("ORCHESTRATOR_TASKS", "getTasksForOrder", "1")``."""
        what = f"{binding}.{method}({', '.join(show(argument, 80) for argument in args)})"
        return await self._ask("rpc", what, self.backend.rpc(binding, method, args))

    async def cron(self, expr: str) -> Any:
        """Fire the scheduled event ``expr``. Skipped on a read-only target."""
        self._refuse_on_read_only("firing a scheduled event")
        return await self._ask("rpc", f"cron {expr}", self.backend.cron(expr))

    async def logs(self, since: int = 0) -> list[Row]:
        """Structured log lines after the line ``since``."""
        lines: list[Row] = await self._ask("rpc", f"logs since {since}", self.backend.logs(since))
        return lines

    async def fault(self, id: str, on: bool) -> None:  # noqa: A002 - as in the protocol
        """Switch a fault of the embedded platform. Skipped on a read-only target."""
        self._refuse_on_read_only("switching a fault")
        await self._ask("rpc", f"fault {id} {'on' if on else 'off'}", self.backend.fault(id, on))

    async def https(self) -> HttpsDoor:
        """The https address beside the plain one that the target is configured with."""
        door: HttpsDoor = await self._ask("rpc", "the https address", self.backend.https())
        return door

    def _refuse_on_read_only(self, what: str) -> None:
        if self.read_only:
            raise Skipped(f"{what} changes the target, which is read-only")

    async def _ask(self, kind: EvidenceKind, what: str, answer: Any) -> Any:
        try:
            with self.recorder.waiting(f"the operator channel ({what})"):
                value = await answer
        except (OperatorError, Violation) as error:
            message = f"operator channel, {self.recorder.line(what)}: {self.recorder.line(str(error))}"
            self.recorder.add(kind, what, f"failed: {error}")
            unreachable = error.unreachable if isinstance(error, OperatorError) else isinstance(error, Unreachable)
            raise (Unreachable if unreachable else Violation)(message, kind="operator") from None
        self.recorder.add(kind, what, value)
        return value


class Reading:
    """Base of backends that can only read SQL; the other verbs are Skipped with a reason."""

    name = "this operator channel"

    async def rpc(self, binding: str, method: str, args: Sequence[object]) -> Any:  # noqa: ARG002 - the protocol's
        """Not possible."""
        raise self._only_sql("calls no entrypoints")

    async def cron(self, expression: str) -> Any:  # noqa: ARG002 - the protocol's
        """Not possible."""
        raise self._only_sql("fires no scheduled events")

    async def logs(self, since: int) -> list[Row]:  # noqa: ARG002 - the protocol's
        """Not possible."""
        raise self._only_sql("reads no logs")

    async def fault(self, id: str, on: bool) -> None:  # noqa: A002, ARG002 - the protocol's
        """Not possible."""
        raise self._only_sql("switches no faults")

    async def https(self) -> HttpsDoor:
        """Not possible."""
        raise self._only_sql("knows no https address")

    def _only_sql(self, what: str) -> Skipped:
        return Skipped(f"the {self.name} operator channel reads databases only, it {what}")


def rows_of(value: Any) -> list[Row]:
    """``value`` as rows. Raises OperatorError when it is no list of objects."""
    if isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
        return [dict(row) for row in value]
    raise OperatorError(f"the channel answered no rows: {show(value)}")
