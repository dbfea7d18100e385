"""Reading requests: bodies of bounded size, as JSON objects that fit a model; query parameters with ranges."""

import json
from typing import TypeVar

import pydantic
import pydantic_core
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from vibehq_smoke.lab.serving.replies import Envelope, Json, Refusal

MAX_BODY = 1024 * 1024
# A client that is cut off in mid-upload often never sees the answer, so what is too much is read and thrown away.
MAX_DRAIN = 64 * MAX_BODY


class Body(BaseModel):
    """Base of all request models: frozen, no coercion (``"1"`` is no number), unknown keys ignored."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


BodyT = TypeVar("BodyT", bound=Body)


async def read_bytes(request: Request, refuse: Envelope) -> bytes:
    """The body, at most 1 MiB (contract 3.5). Raises Refusal 413 beyond that."""
    limit = MAX_DRAIN if request.app.state.faults.on("body-limit-off") else MAX_BODY
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        if size > MAX_DRAIN:
            break
    if size > limit:
        raise Refusal(413, refuse("Request body too large", f"the limit is {MAX_BODY} bytes"))
    return b"".join(chunks)


async def read_object(request: Request, refuse: Envelope) -> Json:
    """The body as a JSON object. Raises Refusal 400 when it is not JSON or not an object, 413 when too large."""
    raw = await read_bytes(request, refuse)
    try:
        value = pydantic_core.from_json(raw, allow_inf_nan=False)
        json.dumps(value, allow_nan=False)  # 1e999 parses as infinity, which JSON cannot say back
    except ValueError as error:
        raise Refusal(400, refuse("Invalid JSON body")) from error
    if not isinstance(value, dict):
        raise Refusal(400, refuse("Invalid JSON body", "an object is expected"))
    return value


async def read_model(
    request: Request, model: type[BodyT], refuse: Envelope, error: str = "Invalid request body"
) -> BodyT:
    """The body as `model`. Raises Refusal 400 with `error` and what is wrong with which field."""
    return check_model(await read_object(request, refuse), model, refuse, error)


def check_model(value: object, model: type[BodyT], refuse: Envelope, error: str) -> BodyT:
    """`value` as `model`; the same refusal as `read_model`."""
    try:
        return model.model_validate(value)
    except pydantic.ValidationError as problem:
        raise Refusal(400, refuse(error, explain(problem))) from problem


def explain(problem: pydantic.ValidationError) -> str:
    """One line: each wrong field and why, without repeating what was sent."""
    parts = [
        f"{'.'.join(str(step) for step in item['loc']) or 'body'}: {item['msg']}"
        for item in problem.errors(include_url=False, include_input=False, include_context=False)
    ]
    return "; ".join(parts[:10])


def query_int(
    request: Request, name: str, default: int, refuse: Envelope, *, low: int = 1, high: int, clamp: bool = False
) -> int:
    """The whole number `name` from the query, in low..high; outside of it clamped if `clamp`, else refused (400)."""
    text = request.query_params.get(name)
    if text is None:
        return default
    problem = Refusal(400, refuse(f"Invalid {name}", f"a whole number from {low} to {high} is expected"))
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 18):
        raise problem
    number = int(text)
    if not (low <= number <= high or clamp):
        raise problem
    return max(low, min(number, high))


def query_choice(
    request: Request, name: str, allowed: tuple[str, ...], refuse: Envelope, default: str | None = None
) -> str | None:
    """The value of `name` from the query, one of `allowed`. Raises Refusal 400 for any other."""
    value = request.query_params.get(name, default)
    if value is not None and value not in allowed:
        raise Refusal(400, refuse(f"Invalid {name}", f"one of {', '.join(allowed)} is expected"))
    return value


def path_int(request: Request, name: str, refuse: Envelope) -> int:
    """The path parameter `name` as a row id. Raises Refusal 400 when it is not a whole number that a row could have."""
    text = str(request.path_params[name])
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Refusal(400, refuse(f"Invalid {name}"))
    return int(text)
