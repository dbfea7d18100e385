"""Documents narrowed to what is worth sending: ids that exist, callbacks that stay on this machine."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Document = dict[str, Any]
# These would end the session that everything else needs; `doors` tries them.
LEAVING = ("/api/auth/logout", "/api/auth/sessions/{key}")


def aimed(document: Document, known: Mapping[str, object], callback: str) -> Document:
    """A copy that sends results of health checks to `callback` and, as often as not, ids in `known`.

    `known` has path parameters by name, qualified by the path where the name alone is not enough. Runs are started
    over one worker: over all of them they would take the whole time.
    """
    copied = copy.deepcopy(document)
    for path in LEAVING:
        copied["paths"].pop(path, None)
    for path, _method, entry in entries(copied):
        for parameter in entry["parameters"]:
            real = known.get(f"{path} {parameter['name']}", known.get(parameter["name"]))
            if parameter["in"] == "path" and real is not None:
                parameter["schema"] = {"anyOf": [{"const": real}, parameter["schema"]]}
    schemas = copied["components"]["schemas"]
    for name, properties in _narrowed(callback, known).items():
        if name in schemas:
            schemas[name]["properties"] |= properties
            schemas[name]["required"] = sorted({*schemas[name].get("required", ()), *properties})
    return copied


def entries(document: Document) -> Iterator[tuple[str, str, Document]]:
    """(path, method, operation) of everything in a document."""
    for path, methods in document["paths"].items():
        for method, entry in methods.items():
            yield path, method, entry


def kept(document: Document, wanted: Sequence[tuple[str, str]]) -> Document:
    """A copy with these operations (path, method) alone."""
    paths: Document = {}
    for path, method, entry in entries(document):
        if (path, method) in wanted:
            paths.setdefault(path, {})[method] = entry
    return document | {"paths": paths}


def _narrowed(callback: str, known: Mapping[str, object]) -> Mapping[str, Document]:
    password = {"type": "string", "pattern": "^Aa1[A-Za-z0-9]{8,40}$"}
    moment = {"type": "string", "format": "date-time"}
    return {
        "ExecuteRequest": {"callback_url": {"enum": [callback]}},
        "CreateRun": {"worker_filters": {"enum": [known["worker"], [known["worker"]]]}},
        "Credentials": {name: _or_real(known[name]) for name in ("email", "password")},
        "RollbackRequest": {"rollbackId": _or_real(known["rollback"])},
        "Registration": {"email": {"type": "string", "pattern": "^[a-z]{1,20}@[a-z]{1,20}$"}, "password": password},
        "ConflictFile": {"content": {"type": "string", "maxLength": 200}},
        "EventPost": {"createdAt": moment},
        "TestOrder": {"url": {"enum": [known["page"]]}},
        "ConfigOrder": {"url": {"enum": [known["page"]]}},
        "WorkerOrder": {"worker": _or_real(known["worker"])},
    }


def _or_real(value: object) -> Document:
    return {"anyOf": [{"const": value}, {"type": "string", "minLength": 1, "maxLength": 200}]}
