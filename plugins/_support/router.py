"""Calling the AI provider router, which only the operator channel reaches (contract 2.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.errors import Unreachable

from .reading import read, value_of

if TYPE_CHECKING:
    from pydantic import BaseModel

    from vibehq_smoke.platform import Hq

M = TypeVar("M", bound="BaseModel")

BINDING = "ORCHESTRATOR_AI_PROVIDER"
CHEAP = "listAvailableProviders"
"""A method that only reads."""


async def ask(hq: Hq, method: str, **options: Any) -> Any:
    """What the router answers, be it a success or not.

    Its failures are answers. So what is raised is a Violation where the router answers other calls, else Blocked on the
    gateway in front of it. Raises Skipped when the operator channel itself is silent.
    """
    try:
        answer = await hq.operator.rpc(BINDING, method, options)
    except Unreachable as silence:
        raise Skipped(f"the operator channel does not answer: {silence}") from None
    except Violation as failure:
        if await _answers_at_all(hq):
            raise Violation(f"{method} raises instead of answering: {failure}", kind="rpc") from None
        raise Blocked(f"the router cannot be called: {failure}", component="rpc-gateway") from None
    assert isinstance(value_of(answer, "success"), bool), f"{method} answers without `success`: {answer!r:.200}"
    return answer


async def ask_for(hq: Hq, model: type[M], method: str, **options: Any) -> M:
    """As ``ask``, and the answer says success. Raises Violation."""
    answer = await ask(hq, method, **options)
    if not succeeded(answer):
        raise Violation(f"{method} fails: {error_of(answer) or 'no error is given'}", kind="rpc")
    return read(hq, model, answer, method)


async def assert_refused(hq: Hq, method: str, **options: Any) -> str:
    """The router answers that it cannot do this, and says why: the error. Raises Violation."""
    answer = await ask(hq, method, **options)
    assert not succeeded(answer), f"{method} says success to {options}"
    error = error_of(answer)
    assert error, f"{method} refuses {options} without an error text"
    return error


def succeeded(answer: Any) -> bool:
    """Whether it says so."""
    return value_of(answer, "success") is True


def error_of(answer: Any) -> str | None:
    """Why it did not work, as far as that is said."""
    error = value_of(answer, "error")
    return error if isinstance(error, str) and error.strip() else None


async def _answers_at_all(hq: Hq) -> bool:
    try:
        return isinstance(value_of(await hq.operator.rpc(BINDING, CHEAP, {}), "success"), bool)
    except Violation:
        return False
