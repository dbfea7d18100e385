"""One OpenAPI 3.1 document from the routes of one application: nothing is listed that does not answer."""

import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.names import NAME_PATTERN
from vibehq_smoke.lab.openapi.credentials import OPEN, SCHEMES, SERVICE, Security
from vibehq_smoke.lab.openapi.describe import JSON_TYPE, Operation, as_json, operation_of
from vibehq_smoke.lab.serving.replies import Json

SCHEMAS = "#/components/schemas/{model}"
WITH_BODY = ("post", "put", "patch")
REFUSAL = {"type": "object", "title": "Refusal", "description": "What is wrong, in the envelope of the route's family."}
_IN_PATH = re.compile(r"{(\w+)(?::\w+)?}")
_REFUSALS = {
    "400": "What was sent is wrong.", "401": "No credential, or one that does not hold.", "403": "Not allowed.",
    "404": "Not there.", "409": "In conflict with what is there.", "413": "The body is too large.",
    "429": "Too many calls.",
}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """Routes behind the same gates.

    security: what a call needs, by path and method (`credentials`). limited: whether calls are counted (contract 3.4).
    """

    routes: Sequence[BaseRoute]
    security: Callable[[str, str], Security] = lambda _path, _method: OPEN
    limited: bool = False


@dataclass(frozen=True)
class _Call:
    """One method of one path, and what answers it."""

    path: str
    method: str
    handler: object
    operation: Operation
    section: Section

    @property
    def reads_body(self) -> bool:
        return self.method in WITH_BODY and self.operation.reads_body

    @property
    def security(self) -> Security:
        return SERVICE if self.operation.service else self.section.security(self.path, self.method)


def document(title: str, version: str, url: str, sections: Iterable[Section]) -> Json:
    """The document of the application behind `url`. `version` is that of the deployment (``x-version-id``)."""
    calls = list(_calls(sections))
    bodies = sorted({call.operation.body for call in calls if call.operation.body is not None}, key=_full_name)
    names, definitions = models_json_schema([(model, "validation") for model in bodies], ref_template=SCHEMAS)
    references = {model: names[model, "validation"] for model in bodies}
    paths: Json = {}
    for call in calls:
        paths.setdefault(_IN_PATH.sub(r"{\1}", call.path), {})[call.method] = _entry(call, references)
    schemas = {"Refusal": REFUSAL} | definitions.get("$defs", {})
    whole: Json = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": url}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": schemas, "securitySchemes": dict(SCHEMES)},
    }
    return _with_short_names(whole)


def _with_short_names(whole: Json) -> Json:
    """The document with models of the same name told apart by their module's last step, not by its whole path."""
    text = json.dumps(whole)
    for name in whole["components"]["schemas"]:
        if "__" in name:
            text = text.replace(f'{name}"', "_".join(name.split("__")[-2:]) + '"')
    shortened: Json = json.loads(text)
    return shortened


def _calls(sections: Iterable[Section]) -> Iterator[_Call]:
    for section in sections:
        for route in section.routes:
            if isinstance(route, Route):
                operation = operation_of(route.endpoint)
                methods = set(operation.methods) or (route.methods or set()) - {"HEAD", "OPTIONS"}
                for method in sorted(methods):
                    yield _Call(route.path, method.lower(), route.endpoint, operation, section)


def _entry(call: _Call, references: Mapping[type, Json]) -> Json:
    operation = call.operation
    entry: Json = {
        "operationId": re.sub(r"\W+", "_", f"{call.method}{call.path}").strip("_"),
        "summary": (inspect.getdoc(call.handler) or "").partition("\n")[0],
        "parameters": [_path_parameter(name) for name in _IN_PATH.findall(call.path)]
        + [as_json(parameter) for parameter in operation.parameters],
        "responses": _responses(call),
        "security": [{scheme: [] for scheme in together} for together in call.security],
    }
    if call.reads_body:
        schema = references[operation.body] if operation.body else _loose(operation)
        entry["requestBody"] = {"required": True, "content": {operation.loose or JSON_TYPE: {"schema": schema}}}
    return entry


def _responses(call: _Call) -> Json:
    """Success, and the refusals that this call can meet."""
    writes = call.method in (*WITH_BODY, "delete")
    aimed = "{" in call.path or call.reads_body
    possible = {
        "400": bool(call.operation.parameters) or aimed,
        "401": bool(call.security) or call.operation.loose is not None,
        "403": bool(call.security) or call.operation.loose is not None,
        "404": aimed,
        "409": writes and aimed,
        "413": call.reads_body,
        "429": call.section.limited and writes,
    }
    refusal = {JSON_TYPE: {"schema": {"$ref": SCHEMAS.format(model="Refusal")}}}
    success = {"description": "Done.", "content": {call.operation.gives: {}}}
    told = {code: _REFUSALS[code] for code, can in possible.items() if can} | dict(call.operation.refusals)
    return {"2XX": success} | {code: {"description": why, "content": refusal} for code, why in told.items()}


def _path_parameter(name: str) -> Json:
    known = {
        "id": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
        "uuid": {"type": "string", "format": "uuid"},
        "name": {"type": "string", "pattern": NAME_PATTERN},
    }
    return {"name": name, "in": "path", "required": True, "schema": known.get(name, {"type": "string", "minLength": 1})}


def _loose(operation: Operation) -> Json:
    return {"type": "object" if operation.loose == JSON_TYPE else "string"}


def _full_name(model: type) -> str:
    return f"{model.__name__} {model.__module__}"
