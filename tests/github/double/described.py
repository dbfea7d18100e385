"""What GitHub's published API description says of an operation: its query, its body, its answers.

The description is read where githubkit's generator put it: in the signature and the last call of a client's method,
and in the models named there. Those models are lenient (unknown keys pass, every optional key may be null, text may
stand for a number); here they are built again without leniency.
"""

from __future__ import annotations

import ast
import datetime
import importlib
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Union

import githubkit.compat
import pydantic
from githubkit.compat import ExtraGitHubModel, GitHubModel
from githubkit.utils import UNSET
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

VERSIONS = ("2022-11-28", "2026-03-10")
NOT_OF_THE_QUERY = {"headers", "stream", "data"}

STRICT = ConfigDict(extra="forbid", strict=True, protected_namespaces=())
OPEN = ConfigDict(extra="allow", strict=True, protected_namespaces=())
TEXTUAL = ConfigDict(extra="forbid", protected_namespaces=())
"""For a query, in which everything is text."""


class _Missing:
    """In place of githubkit's ``Missing[T]``, which lets null pass wherever a key may be left out."""

    def __class_getitem__(cls, item: Any) -> Any:
        return item


class _Names(dict[str, Any]):
    """What a name of the generated code stands for; a model's name for its strict twin."""

    def __init__(self, *places: Any) -> None:
        super().__init__(Missing=_Missing, Annotated=Annotated, Literal=Literal, Union=Union, _dt=datetime)
        self.places = (*places, githubkit.compat, pydantic)

    def __missing__(self, name: str) -> Any:
        for place in self.places:
            found = getattr(place, name, None)
            if isinstance(found, type) and issubclass(found, GitHubModel):
                return strict(found)
            if found is not None:
                return found
        raise KeyError(name)

    def value(self, code: str) -> Any:
        """What the code, an annotation, stands for."""
        return eval(code, {}, self)  # noqa: S307  # generated code, read as Python itself would


@cache
def strict(model: type[GitHubModel]) -> type[BaseModel]:
    """The model without leniency: no unknown key, no null that is not described, no text for a number."""
    names = _Names(importlib.import_module(model.__module__))
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind = names.value(model.__annotations__[name])
        for constraint in field.metadata:
            kind = Annotated[kind, constraint]
        optional = field.default is UNSET
        fields[name] = (kind, Field(default=None, alias=field.alias) if optional else Field(alias=field.alias))
    config = OPEN if issubclass(model, ExtraGitHubModel) else STRICT
    return create_model(model.__name__, __config__=config, **fields)


@dataclass(frozen=True)
class Operation:
    """One of GitHub's operations, with what judges its parts. None: there must be none."""

    name: str
    query: TypeAdapter[Any]
    body: TypeAdapter[Any] | None
    answer: TypeAdapter[Any] | None
    errors: Mapping[str, TypeAdapter[Any]]


@cache
def operation(name: str, version: str = VERSIONS[0]) -> Operation:
    """``issues.create`` and the like, as the client that was generated from the description knows it."""
    area, method = name.split(".")
    package = f"githubkit_schemas.v{version.replace('-', '_')}"
    module = importlib.import_module(f"{package}.rest.{area}")
    names = _Names(module, importlib.import_module(f"{package}.models"))
    function = getattr(getattr(module, f"{area.title().replace('_', '')}Client"), method)
    code = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [node for node in ast.walk(code) if isinstance(node, ast.Call)]
    said = {keyword.arg: keyword.value for call in calls for keyword in call.keywords}
    body = next((call.args[0] for call in calls if _called(call) == "type_validate_python"), None)
    return Operation(
        name=name,
        query=TypeAdapter(_query(function, names)),
        body=_judge(body, names),
        answer=_judge(said.get("response_model"), names),
        errors=MappingProxyType(dict(_errors(said.get("error_models"), names))),
    )


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _errors(table: ast.expr | None, names: _Names) -> Iterator[tuple[str, TypeAdapter[Any]]]:
    if isinstance(table, ast.Dict):
        for key, model in zip(table.keys, table.values, strict=True):
            judge = _judge(model, names)
            if isinstance(key, ast.Constant) and judge:
                yield str(key.value), judge


def _judge(code: ast.expr | None, names: _Names) -> TypeAdapter[Any] | None:
    if code is None:
        return None
    kind = names.value(ast.unparse(code))
    model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return TypeAdapter(kind) if model else TypeAdapter(kind, config=ConfigDict(strict=True))


def _query(function: Any, names: _Names) -> type[BaseModel]:
    said = inspect.signature(function).parameters.values()
    asked = [one for one in said if one.kind is one.KEYWORD_ONLY and one.name not in NOT_OF_THE_QUERY]
    fields: dict[str, Any] = {
        one.name: (names.value(one.annotation), Field(default=None) if one.default is UNSET else Field())
        for one in asked
    }
    return create_model("Query", __config__=TEXTUAL, **fields)
