"""The OpenAPI documents: valid, and true of what answers."""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

import vibehq_smoke.lab as lab_package
from tests.lab.running import RunningLab
from vibehq_smoke.lab.openapi.describe import (
    accepts,
    accepts_text,
    asks,
    between_services,
    gives,
    only,
    operation_of,
    refuses,
    text,
    whole,
)
from vibehq_smoke.lab.openapi.document import Section, document
from vibehq_smoke.lab.serving.requests import Body

Document = dict[str, Any]
WORDS = {"uuid": "00000000-0000-4000-8000-000000000000", "id": "1"}
ROOM = Path(lab_package.__path__[0])
READS = re.compile(r'(?:query_(?:int|choice|date)\(request, |request\.query_params\.get\()"(\w+)"')
# They end the session, or start work that outlives the test.
NOT_SENT = ("/api/auth/logout", "/api/auth/sessions/{key}", "/api/health/checks", "/health-check/quick")


@pytest.fixture(scope="module")
def documents(lab: RunningLab) -> dict[str, Document]:
    """All documents of a lab, by component."""
    read = lab.client.get
    found = {name: read(f"{lab.operator}/openapi/{name}.json").json() for name in lab.workers}
    return {"orchestrator": read(f"{lab.operator}/openapi.json").json()} | found


def test_every_component_has_a_valid_document(documents: dict[str, Document], lab: RunningLab) -> None:
    assert documents.keys() == {"orchestrator", *lab.workers}
    for name, found in documents.items():
        assert [error.message for error in OpenAPIV31SpecValidator(found).iter_errors()] == []
        assert found["info"]["title"] == name
        assert found["servers"] == [{"url": {"orchestrator": lab.base, **lab.workers}[name]}]


def test_the_version_of_a_document_is_that_of_the_deployment(documents: dict[str, Document], lab: RunningLab) -> None:
    for name, url in lab.workers.items():
        assert lab.client.get(f"{url}/").headers["x-version-id"] == documents[name]["info"]["version"]


def test_a_component_that_does_not_exist_has_no_document(lab: RunningLab) -> None:
    assert lab.client.get(f"{lab.operator}/openapi/nobody.json").status_code == 404


def test_every_operation_has_an_id_of_its_own_and_a_summary(documents: dict[str, Document]) -> None:
    for found in documents.values():
        entries = [entry for _, _, entry in operations(found)]
        assert len({entry["operationId"] for entry in entries}) == len(entries)
        assert all(entry["summary"] for entry in entries)


def test_no_name_in_a_document_tells_of_the_modules_behind_it(documents: dict[str, Document]) -> None:
    for found in documents.values():
        assert not [name for name in found["components"]["schemas"] if "vibehq_smoke" in name]


def test_everything_documented_answers(documents: dict[str, Document], lab: RunningLab) -> None:
    """A path that is not there says so in the words of the application; a handler has its own."""
    for name, found in documents.items():
        for path, method, _ in operations(found):
            if path not in NOT_SENT:
                reply = sent(lab, name, path, method)
                assert reply.status_code not in (405, 500, 501), (name, method, path)
                nowhere = reply.status_code == 404 and reply.json().get("error") == "Not found"
                assert not nowhere, (name, method, path)


def test_a_body_without_what_it_must_have_is_refused(documents: dict[str, Document], lab: RunningLab) -> None:
    tried = 0
    for name, found in documents.items():
        for path, method, entry in operations(found):
            if needs_something(found, entry):
                reply = sent(lab, name, path, method, json={})
                assert reply.status_code == 400, (name, method, path, reply.text)
                tried += 1
    assert tried > 25


def test_nothing_reads_a_body_that_is_not_documented(documents: dict[str, Document], lab: RunningLab) -> None:
    for name, found in documents.items():
        for path, method, entry in operations(found):
            if method != "get" and "requestBody" not in entry and path not in NOT_SENT:
                reply = sent(lab, name, path, method, content=b'{"half": ')
                assert "JSON" not in reply.text, (name, method, path)


def test_no_handler_asks_for_a_parameter_that_is_not_documented() -> None:
    tried = 0
    for handler in handlers():
        asked = set(READS.findall(inspect.getsource(handler)))
        assert asked <= {parameter.name for parameter in operation_of(handler).parameters}, handler.__qualname__
        tried += len(asked)
    assert tried > 50


def test_parameters_outside_what_is_documented_are_refused(documents: dict[str, Document], lab: RunningLab) -> None:
    tried = 0
    for name, found in documents.items():
        for path, method, entry in operations(found):
            for parameter in entry["parameters"]:
                wrong = "surely-not" if {"minimum", "enum"} & parameter["schema"].keys() else None
                if wrong and parameter["in"] == "query":
                    reply = sent(lab, name, path, method, params={parameter["name"]: wrong})
                    assert reply.status_code == 400, (name, path, parameter["name"], reply.text)
                    tried += 1
    assert tried > 50


def test_what_needs_a_credential_is_refused_without_one(documents: dict[str, Document], lab: RunningLab) -> None:
    """And what is documented as open is not."""
    for name, found in documents.items():
        base = lab.base if name == "orchestrator" else lab.workers[name]
        for path, method, entry in operations(found):
            if path not in NOT_SENT:
                reply = lab.client.request(method, base + filled(path))
                gated = reply.status_code in (401, 403) and path not in SELF_CHECKED
                assert gated == bool(entry["security"]), (name, method, path, reply.status_code)


# Signatures and DSNs are no scheme that OpenAPI knows.
SELF_CHECKED = ("/api/integrations/github/webhook", "/api/sentry/tunnel")


class Order(Body):
    """A body."""

    name: str


@accepts(Order)
@asks(whole("limit", 1, 5), text("q", required=True))
async def full(_request: Request) -> Response:
    """Takes much.

    And more.
    """
    return JSONResponse({})


@only("POST")
@between_services
@accepts_text
async def strict(_request: Request) -> Response:
    """Takes text from services."""
    return JSONResponse({})


@gives("text/html")
@refuses(418, "It is a teapot.")
async def plain(_request: Request) -> Response:
    """A page."""
    return JSONResponse({})


async def socket(_socket: WebSocket) -> None:
    """No HTTP."""


def test_a_document_says_what_the_handlers_say() -> None:
    routes = [
        Route("/things/{id}/{name:path}", full, methods=["PUT"]),
        Route("/strict", strict, methods=["GET", "POST", "DELETE"]),
        Route("/", plain),
        WebSocketRoute("/ws", socket),
    ]
    found = document("x", "1", "http://localhost", [Section(routes, limited=True)])

    assert [(path, method) for path, method, _ in operations(found)] == [
        ("/", "get"), ("/strict", "post"), ("/things/{id}/{name}", "put"),
    ]  # fmt: skip
    thing = found["paths"]["/things/{id}/{name}"]["put"]
    assert thing["summary"] == "Takes much."
    assert [(one["in"], one["name"], one["required"]) for one in thing["parameters"]] == [
        ("path", "id", True), ("path", "name", True), ("query", "limit", False), ("query", "q", True),
    ]  # fmt: skip
    assert thing["requestBody"]["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
    assert thing["security"] == []
    assert "429" in thing["responses"]
    strictly = found["paths"]["/strict"]["post"]
    assert strictly["security"] == [{"service": []}]
    assert strictly["requestBody"]["content"] == {"text/plain": {"schema": {"type": "string"}}}
    page = found["paths"]["/"]["get"]
    assert page["responses"]["2XX"] == {"description": "Done.", "content": {"text/html": {}}}
    assert {code: answer["description"] for code, answer in page["responses"].items() if code != "2XX"} == {
        "418": "It is a teapot."
    }


def operations(found: Document) -> Iterator[tuple[str, str, Document]]:
    """(path, method, entry) of all operations."""
    for path, methods in found["paths"].items():
        for method, entry in methods.items():
            yield path, method, entry


def needs_something(found: Document, entry: Document) -> bool:
    """Whether the operation's body has a required field."""
    schema: Document = entry.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return bool(found["components"]["schemas"].get(name, {}).get("required"))


def handlers() -> Iterator[FunctionType]:
    """Everything in the lab that reads parameters of a query and answers by itself, but for the operator's port."""
    for file in sorted(ROOM.rglob("*.py")):
        if "operator" not in file.parts and READS.search(file.read_text(encoding="utf-8")):
            module = importlib.import_module(
                ".".join(("vibehq_smoke.lab", *file.relative_to(ROOM).with_suffix("").parts))
            )
            for _, owner in inspect.getmembers(module, inspect.isclass):
                if owner.__module__ == module.__name__:
                    yield from (one for one in vars(owner).values() if inspect.iscoroutinefunction(one))


def filled(path: str) -> str:
    """The path with something in the places of its parameters."""
    return re.sub(r"{(\w+)}", lambda place: WORDS.get(place[1], "nobody"), path)


def sent(lab: RunningLab, component: str, path: str, method: str, **request: Any) -> httpx.Response:
    """The answer of a component to a caller with the credential that it wants."""
    if component == "orchestrator":
        headers = lab.service if path.startswith("/health-check/") else lab.headers
        return lab.client.request(method, lab.base + filled(path), headers=headers, **request)
    return lab.client.request(method, lab.workers[component] + filled(path), headers=lab.service, **request)
