"""Checks that a suite's file declares, as the engine runs them: like any other, only that nobody wrote a function."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

from .checks import Check
from .config.declared import RUN, Assertion, DeclaredCheck
from .config.variables import REFERENCE
from .errors import Violation
from .fingerprint import declares
from .jsonpath import kind, parse, same, shown
from .models import CheckSpec, Mode

if TYPE_CHECKING:
    from .platform import Api, Hq, Reply

Captures: TypeAlias = Mapping[str, Mapping[str, Any]]
"""By check id, what it captured by name."""

MOST_COMPLAINTS = 10
MOST_MATCHED = 10_000
"""Characters of a text that a regular expression is tried on: it runs on the loop that all checks share."""


def as_checks(declared: Iterable[DeclaredCheck]) -> list[Check]:
    """The checks that one file declares."""
    several = list(declared)
    ids = {one.id for one in several}
    return [_as_check(one, ids) for one in several]


def _as_check(declared: DeclaredCheck, ids: Collection[str]) -> Check:
    # Values of needed checks arrive in the order of the needs, so those of this file come first.
    own = [need for need in declared.needs if need in ids]
    spec = CheckSpec(
        id=declared.id,
        category=declared.category,
        title=declared.title,
        description=declared.description,
        component=declared.component,
        priority=declared.priority,
        mode=Mode.HTTP,
        needs=(*own, *(need for need in declared.needs if need not in ids)),
        writes=declared.may_write,
        deadline_s=declared.deadline_s,
        location=declared.location,
    )
    return Check(spec, _function(declared, own), tuple(f"what {need} captured" for need in own))


def _function(declared: DeclaredCheck, own: list[str]) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def ask_and_judge(hq: Hq, *captured: Mapping[str, Any]) -> dict[str, Any]:
        """Send the request, judge the answer, and hand on what is captured of it."""
        run = {RUN: {"tag": hq.tag, "id": hq.run_id}}
        captures = run | dict(zip(own, captured, strict=True))
        reply = await _ask(hq, declared, captures)
        body = _accepted(reply, declared)
        _enter(hq, reply, declared, body)
        complaints = [said for one in declared.expect.assertions for said in _complaints(one, body, captures)]
        if complaints:
            raise Violation(_told(reply, complaints), kind="json-path")
        return _captured(reply, declared, body)

    ask_and_judge.__name__ = re.sub(r"\W+", "_", declared.title.lower()).strip("_")
    declares(ask_and_judge, declared.model_dump_json(include={"request", "expect", "capture"}))
    return ask_and_judge


async def _ask(hq: Hq, declared: DeclaredCheck, captures: Captures) -> Reply:
    request = declared.request
    client: Api = hq.worker(request.worker) if request.worker else getattr(hq, request.client)
    path = REFERENCE.sub(lambda found: quote(_text(captures[found[1]][found[2]]), safe=""), request.path)
    headers = {name: _header(name, filled(value, captures)) for name, value in request.headers.items()}
    body = filled(request.body, captures)
    return await client.request(request.method, path, headers=headers, json=body, csrf=request.csrf)


def filled(value: Any, captures: Captures) -> Any:
    """``value`` with its references filled in. A text that is nothing but one keeps what was captured as it is."""
    if isinstance(value, dict):
        return {key: filled(inner, captures) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, captures) for inner in value]
    if not isinstance(value, str):
        return value
    if whole := REFERENCE.fullmatch(value):
        return captures[whole[1]][whole[2]]
    return REFERENCE.sub(lambda found: _text(captures[found[1]][found[2]]), value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else shown(value, limit=8_000)


def _header(name: str, value: Any) -> str:
    text = _text(value)
    if not all(" " <= c <= "~" for c in text):
        raise Violation(f"what was captured cannot be sent as the header {name}: {shown(text)}", kind="capture")
    return text


def _accepted(reply: Reply, declared: DeclaredCheck) -> Any:
    """The parsed body when anything looks into it; raises Violation for a wrong status, content type or no JSON."""
    expect, wants_json = declared.expect, declared.looks_inside
    reply.accept(expect.status, expect.content_type or ("application/json" if wants_json else None))
    return reply.json() if wants_json else None


def _complaints(assertion: Assertion, body: Any, captures: Captures) -> Iterator[str]:
    found = parse(assertion.path).find(body)
    if assertion.exists is False:
        yield from (f"{place} is there: {shown(value)}" for place, value in found)
        return
    if not found:
        yield f"{assertion.path} finds nothing"
    for place, value in found:
        for wanted in _unmet(assertion, value, captures):
            yield f"{place} is {shown(value)}, wanted {wanted}"


def _unmet(assertion: Assertion, value: Any, captures: Captures) -> Iterator[str]:
    """What is wanted of ``value`` and not so."""
    said = assertion.model_fields_set
    equals, one_of = filled(assertion.equals, captures), filled(assertion.one_of, captures)
    number = kind(value) == "number"
    if assertion.type is not None and kind(value) != assertion.type:
        yield f"a value of type {assertion.type}"
    if "equals" in said and not same(value, equals):
        yield shown(equals)
    if one_of is not None and not any(same(value, one) for one in one_of):
        yield f"one of {shown(one_of)}"
    if assertion.matches is not None and not _matches(assertion.matches, value):
        yield f"a text that matches {shown(assertion.matches)}"
    if assertion.at_least is not None and not (number and value >= assertion.at_least):
        yield f"at least {assertion.at_least:g}"
    if assertion.at_most is not None and not (number and value <= assertion.at_most):
        yield f"at most {assertion.at_most:g}"
    if assertion.length is not None and not (isinstance(value, str | list | dict) and len(value) == assertion.length):
        has = f", not {len(value)}" if isinstance(value, str | list | dict) else ""
        yield f"a length of {assertion.length}{has}"


def _matches(expression: str, value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MOST_MATCHED and re.search(expression, value) is not None


def _enter(hq: Hq, reply: Reply, declared: DeclaredCheck, body: Any) -> None:
    """Enter what was created into the ledger, before anything is judged: it is there even when it is wrong."""
    left = declared.created
    if left is not None:
        id_ = _only(reply, left.id, body, "enter into the ledger")
        hq.created(left.kind, id_ if isinstance(id_, int) else _text(id_), database=left.database, table=left.table)


def _captured(reply: Reply, declared: DeclaredCheck, body: Any) -> dict[str, Any]:
    """What later checks may use."""
    return {name: _only(reply, path, body, f"capture as {name}") for name, path in declared.capture.items()}


def _only(reply: Reply, path: str, body: Any, purpose: str) -> Any:
    """The one value that ``path`` finds. Raises Violation when it finds none, or several."""
    found = parse(path).find(body)
    if len(found) != 1:
        what = f"{path} finds {len(found)} values" if found else f"{path} finds nothing"
        raise Violation(_told(reply, [f"nothing to {purpose}: {what}, wanted one"]), kind="capture")
    return found[0][1]


def _told(reply: Reply, complaints: list[str]) -> str:
    lines = [reply.recorder.line(one, 400) for one in complaints[:MOST_COMPLAINTS]]
    if len(complaints) > MOST_COMPLAINTS:
        lines.append(f"and {len(complaints) - MOST_COMPLAINTS} more")
    return f"{reply.recorder.line(f'{reply.method} {reply.path}')}: " + "\n".join(lines)
