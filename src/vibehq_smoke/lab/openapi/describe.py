"""What a handler says about its requests, beside the handler itself: ``@accepts(Model)``, ``@asks(limit, status)``.

Decorators only mark; `document` reads the marks when somebody asks for the document.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel

from vibehq_smoke.lab.serving.replies import Json

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])
JSON_TYPE = "application/json"
_MARK = "__operation__"


@dataclass(frozen=True)
class Parameter:
    """One query parameter: its name, its JSON schema, whether a request without it is refused."""

    name: str
    schema: tuple[tuple[str, object], ...]
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """What is known of one handler.

    body: the model of its body (None: no model). loose: the media type of a body that no model describes.
    methods: the only methods that it does not refuse (empty: all those of its route). service: whether it wants the
    credential between services. gives: media type of its answer when all is well. refusals: (status, why) of refusals
    that are its own.
    """

    body: type[BaseModel] | None = None
    loose: str | None = None
    parameters: tuple[Parameter, ...] = ()
    methods: tuple[str, ...] = ()
    service: bool = False
    gives: str = JSON_TYPE
    refusals: tuple[tuple[str, str], ...] = ()

    @property
    def reads_body(self) -> bool:
        """Whether it reads a body at all."""
        return self.body is not None or self.loose is not None


def accepts(model: type[BaseModel]) -> Callable[[HandlerT], HandlerT]:
    """The handler reads a JSON body that fits `model`."""
    return lambda handler: _marked(handler, replace(operation_of(handler), body=model))


def accepts_anything(handler: HandlerT) -> HandlerT:
    """The handler reads a JSON object that no model describes."""
    return _marked(handler, replace(operation_of(handler), loose=JSON_TYPE))


def accepts_text(handler: HandlerT) -> HandlerT:
    """The handler reads text."""
    return _marked(handler, replace(operation_of(handler), loose="text/plain"))


def asks(*parameters: Parameter) -> Callable[[HandlerT], HandlerT]:
    """The handler reads these parameters from the query."""
    return lambda handler: _marked(handler, replace(operation_of(handler), parameters=parameters))


def only(*methods: str) -> Callable[[HandlerT], HandlerT]:
    """The handler's route takes all methods, but the handler itself refuses all except these."""
    return lambda handler: _marked(handler, replace(operation_of(handler), methods=methods))


def between_services(handler: HandlerT) -> HandlerT:
    """The handler wants the credential between services (contract 3.3)."""
    return _marked(handler, replace(operation_of(handler), service=True))


def gives(media_type: str) -> Callable[[HandlerT], HandlerT]:
    """The handler answers with this media type, not JSON, when all is well."""
    return lambda handler: _marked(handler, replace(operation_of(handler), gives=media_type))


def refuses(status: int, why: str) -> Callable[[HandlerT], HandlerT]:
    """The handler may refuse with a status that the routes around it do not have."""

    def marked(handler: HandlerT) -> HandlerT:
        known = operation_of(handler)
        return _marked(handler, replace(known, refusals=(*known.refusals, (str(status), why))))

    return marked


def whole(name: str, low: int, high: int) -> Parameter:
    """A whole number from `low` to `high`."""
    return Parameter(name, (("type", "integer"), ("minimum", low), ("maximum", high)))


def one_of(name: str, *values: str, required: bool = False) -> Parameter:
    """One of a few words."""
    return Parameter(name, (("type", "string"), ("enum", list(values))), required)


def text(name: str, *, required: bool = False) -> Parameter:
    """Any text."""
    return Parameter(name, (("type", "string"),), required)


def operation_of(handler: object) -> Operation:
    """What `handler` says of itself; an empty description when it says nothing."""
    found = getattr(handler, _MARK, None)
    return found if isinstance(found, Operation) else Operation()


def as_json(parameter: Parameter) -> Json:
    """The parameter as OpenAPI writes it."""
    return {"name": parameter.name, "in": "query", "required": parameter.required, "schema": dict(parameter.schema)}


def _marked(handler: HandlerT, operation: Operation) -> HandlerT:
    setattr(handler, _MARK, operation)
    return handler
