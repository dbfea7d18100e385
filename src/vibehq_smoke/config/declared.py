"""Checks that a suite's file declares: one request, what its answer must be, what later checks take from it."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ..jsonpath import parse
from ..models import Priority
from .tables import Count, Duration, Flag, HeaderName, Supplied, Table, Word, WorkerName, matching

CheckId = Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9_-]*", "is no check id: letters, digits, _ and -")]
CategoryName = Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9_-]*", "is no category: letters, digits, _ and -")]
CaptureName = Annotated[str, matching(r"[A-Za-z_][A-Za-z0-9_]*", "is no name: letters, digits and _")]
Method: TypeAlias = Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
Client: TypeAlias = Literal["bare", "anonymous", "api", "service"]
JsonType: TypeAlias = Literal["null", "boolean", "number", "string", "array", "object"]

READING: frozenset[Method] = frozenset({"GET", "HEAD", "OPTIONS"})
RUN = "run"
"""Takes the place of an id in ``${run.tag}`` and ``${run.id}``."""


def _is_json_path(text: str) -> str:
    parse(text)
    return text


def _is_expression(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


def _is_path(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError("is no path: it begins with /, and the target's base_url comes before it")
    if any(c <= " " or c == "\x7f" for c in text):
        raise ValueError("is no path: it holds white space")
    return text


def _is_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _is_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_is_json(inner) for inner in value]
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("holds what JSON has no word for: dates, times, inf or nan")
    return value


def _statuses(value: Any) -> tuple[int, ...]:
    several = value if isinstance(value, list) else [value]
    if not several or not all(type(one) is int and 100 <= one <= 599 for one in several):
        raise ValueError("is no HTTP status: 100 to 599, or a list of those")
    return tuple(several)


def _sendable(text: str) -> str:
    if not all(" " <= c <= "~" for c in text):
        raise ValueError("holds a line break or another character that no header may carry")
    return text


JsonPathText = Annotated[str, AfterValidator(_is_json_path)]
Expression = Annotated[str, AfterValidator(_is_expression)]
RequestPath = Annotated[str, AfterValidator(_is_path)]
Json = Annotated[Any, AfterValidator(_is_json)]
Statuses = Annotated[tuple[int, ...], BeforeValidator(_statuses)]
HeaderValue = Annotated[str, AfterValidator(_sendable)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Request(Table):
    """What is sent."""

    method: Method = "GET"
    path: RequestPath
    client: Client = "bare"
    """Who asks: as ``hq.bare``, ``hq.anonymous``, ``hq.api`` and ``hq.service``."""
    worker: WorkerName | None = None
    """The worker that is asked, in place of the target's ``base_url``."""
    csrf: Flag | None = None
    """Whether the CSRF pair goes along; None leaves it to the client."""
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    body: Json = Field(default=None, alias="json")

    @model_validator(mode="after")
    def _asks_one(self) -> Self:
        if self.worker is not None and "client" in self.model_fields_set:
            raise ValueError("has both client and worker: a worker is asked without a credential")
        return self


class Assertion(Table):
    """What every value that ``path`` finds must be."""

    path: JsonPathText
    exists: Flag | None = None
    type: JsonType | None = None
    equals: Json = None
    one_of: Annotated[list[Any] | None, AfterValidator(_is_json)] = Field(default=None, alias="in", strict=True)
    matches: Expression | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    length: Count | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        wanted = self.model_fields_set - {"path"}
        if not wanted:
            raise ValueError("asserts nothing: add exists, type, equals, in, matches, at_least, at_most or length")
        if self.exists is False and len(wanted) > 1:
            raise ValueError("asserts something of what must not exist")
        return self


class Expect(Table):
    """What the answer must be."""

    status: Statuses = (200,)
    content_type: Word | None = None
    assertions: tuple[Assertion, ...] = Field(default=(), alias="json")


class Left(Table):
    """What the request leaves on the target, for the ledger."""

    kind: Word
    id: JsonPathText
    database: Word | None = None
    table: Word | None = None


class DeclaredCheck(Table):
    """One ``[[check]]`` of a suite's file."""

    id: CheckId
    title: Word
    description: str = ""
    component: Word
    priority: Priority
    category: CategoryName = "declared"
    needs: tuple[Word, ...] = ()
    writes: Flag | None = None
    """None: whatever is not GET, HEAD or OPTIONS writes."""
    deadline_s: Duration | None = None
    request: Request
    expect: Expect = Field(default_factory=Expect)
    capture: dict[CaptureName, JsonPathText] = Field(default_factory=dict)
    created: Left | None = None
    location: Annotated[str, Supplied()] = ""

    @property
    def may_write(self) -> bool:
        """Whether the check creates something on the target."""
        return self.request.method not in READING if self.writes is None else self.writes

    @property
    def looks_inside(self) -> bool:
        """Whether anything is read from the answer's body."""
        return bool(self.expect.assertions or self.capture or self.created)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.id == RUN:
            raise ValueError(f"has the id {RUN!r}, which ${{{RUN}.tag}} needs")
        if self.request.method == "HEAD" and self.looks_inside:
            raise ValueError("asks by HEAD, whose answer has no body to look into")
        return self
