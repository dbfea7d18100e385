"""JSON Patch (RFC 6902) on a document (contract 9.2, "HTTP op"). Pure."""

import json
import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

MAX_DOCUMENT = 64 * 1024


class PatchError(ValueError):
    """An operation cannot be applied; the text says why without repeating values."""


@dataclass(frozen=True)
class Step:
    """One operation: op, path, and what it needs of value and from."""

    op: str
    path: str
    value: object = None
    source: str | None = None


def apply_step(document: Any, step: Step) -> Any:
    """`document` after one operation; the one given is left alone. Raises PatchError."""
    changed = deepcopy(document)
    match step.op:
        case "add":
            changed = _add(changed, step.path, deepcopy(step.value))
        case "remove":
            changed, _ = _remove(changed, step.path)
        case "replace":
            _get(changed, _tokens(step.path))
            changed, _ = _remove(changed, step.path)
            changed = _add(changed, step.path, deepcopy(step.value))
        case "move":
            source = step.source or ""
            if step.path.startswith(f"{source}/"):
                raise PatchError("a value cannot be moved into itself")
            changed, taken = _remove(changed, source)
            changed = _add(changed, step.path, taken)
        case "copy":
            changed = _add(changed, step.path, deepcopy(_get(changed, _tokens(step.source or ""))))
        case "test":
            if not _same(_get(changed, _tokens(step.path)), step.value):
                raise PatchError("test failed")
        case _:
            raise PatchError("unknown operation")
    if step.op in ("add", "copy", "replace") and len(json.dumps(changed)) > MAX_DOCUMENT:
        raise PatchError(f"the document would be larger than {MAX_DOCUMENT} bytes")
    return changed


def _same(one: object, other: object) -> bool:
    """Equal as JSON: ``1`` and ``true`` are not."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _tokens(pointer: str) -> list[str]:
    if not pointer.startswith("/"):
        raise PatchError("a path starts with /")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def _get(document: Any, tokens: Sequence[str]) -> Any:
    for token in tokens:
        if isinstance(document, dict) and token in document:
            document = document[token]
        elif isinstance(document, list):
            document = document[_index(token, len(document) - 1)]
        else:
            raise PatchError("path not found")
    return document


def _add(document: Any, pointer: str, value: object) -> Any:
    *parents, last = _tokens(pointer)
    parent = _get(document, parents)
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else _index(last, len(parent)), value)
    else:
        raise PatchError("the parent of the path is neither object nor array")
    return document


def _remove(document: Any, pointer: str) -> tuple[Any, Any]:
    *parents, last = _tokens(pointer)
    parent = _get(document, parents)
    if isinstance(parent, dict) and last in parent:
        return document, parent.pop(last)
    if isinstance(parent, list):
        return document, parent.pop(_index(last, len(parent) - 1))
    raise PatchError("path not found")


def _index(token: str, highest: int) -> int:
    if not (token.isascii() and token.isdigit() and len(token) < 9 and not re.match("0.", token)):
        raise PatchError("no array index")
    if int(token) > highest:
        raise PatchError("array index out of range")
    return int(token)
