"""``results.json``: the run's record as one versioned document (format: docs/results.md)."""

from __future__ import annotations

import json
import os
import re
import secrets
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from ..errors import UsageError
from ..models import READABLE, RunRecord

if TYPE_CHECKING:
    from pathlib import Path

FILENAME = "results.json"

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def render(record: RunRecord) -> str:
    """The document's text: indented by two, readable letters, and no ``<``, so that HTML may embed it.

    A target may send text that is no Unicode (lone surrogates); those become U+FFFD, since no strict reader
    would take the document otherwise.
    """
    try:
        text = record.model_dump_json(indent=2)
    except PydanticSerializationError:
        # Several times slower, but it takes what is no Unicode.
        text = _LONE_SURROGATES.sub("\ufffd", json.dumps(record.model_dump(mode="json"), indent=2, ensure_ascii=False))
    return text.replace("<", "\\u003c") + "\n"


def load(path: Path) -> RunRecord:
    """Read a document written by ``render``.

    Raises UsageError, naming the file, when it is missing or unreadable, is not JSON, has another
    ``schema_version``, or does not have the format.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no results there yet; a run writes them") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise UsageError(f"{path}: is not JSON ({error})") from error
    _check_version(path, document)
    try:
        return RunRecord.model_validate_json(json.dumps(document))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise UsageError(f"{path}: {where}: {first['msg']} ({error.error_count()} such problems)") from error


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` so that a reader sees the old file or the new one, never a part.

    The text goes to a temporary file in the same folder, which then takes the name. Whatever fails in between,
    an interrupt included, the report of the run before stays as it was. Makes missing folders.
    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with unfinished.open("x", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _check_version(path: Path, document: Any) -> None:
    if not isinstance(document, dict):
        raise UsageError(f"{path}: is JSON, but not the results of a run")
    version = document.get("schema_version")
    if version not in READABLE:
        readable = " and ".join(map(repr, READABLE))
        raise UsageError(f"{path}: has schema_version {version!r}; this version reads {readable}")
