"""What an entrypoint offers by RPC: the methods marked with `exposed`, and no others (contract 1.5)."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import pydantic
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from vibehq_smoke.lab.serving.replies import Refusal, e4
from vibehq_smoke.lab.serving.requests import Body, explain

MARK = "exposed by RPC"
Function = TypeVar("Function", bound=Callable[..., object])


class Options(Body):
    """Base of what a method takes: camelCase on the wire, snake_case understood too."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, defer_build=True)


def exposed(method: Function) -> Function:
    """Mark a method as callable from outside, under its name in camelCase."""
    vars(method)[MARK] = True
    return method


@dataclass(frozen=True)
class Gate:
    """One entrypoint as its callers see it: the name of its class, and what makes the one instance of it."""

    name: str
    make: Callable[[], object]
    _checked: dict[str, Callable[..., object]] = field(default_factory=dict)

    @cached_property
    def methods(self) -> Mapping[str, Callable[..., object]]:
        """Name on the wire → method, in the order of the alphabet."""
        target = self.make()
        functions = inspect.getmembers(type(target), inspect.isfunction)
        return {to_camel(name): getattr(target, name) for name, found in functions if MARK in vars(found)}

    async def call(self, method: str, args: Sequence[Any]) -> object:
        """What the method answers.

        Raises Refusal 404 for a method that is not offered, 400 for arguments that do not fit, and what it raises.
        """
        if method not in self.methods:
            raise Refusal(404, e4("Unknown RPC method", f"{self.name} offers {', '.join(self.methods)}"))
        if method not in self._checked:
            # Reading a method's annotations takes time, so it is done once, at its first call.
            self._checked[method] = pydantic.validate_call(self.methods[method])
        try:
            answer = self._checked[method](*args)
            # An asynchronous method's arguments are checked once it is awaited.
            return await answer if inspect.isawaitable(answer) else answer
        except pydantic.ValidationError as problem:
            raise Refusal(400, e4("Invalid RPC arguments", explain(problem))) from problem
