"""Reading what another tool wrote: a file or standard input, as text, as JSON, as JSON of a shape.

Whatever is wrong with it becomes one line that says where, what was expected, and what was got.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from ...errors import UsageError

MOST_BYTES = 50_000_000
"""More than any of these tools writes about one run; a longer log is read from its end."""

STANDARD_INPUT = "-"

Number = Annotated[float, Field(allow_inf_nan=False)]
Line = Annotated[int, Field(ge=0, le=1_000_000_000)]

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_SHOWN = 40


class Shape(BaseModel):
    """What is read of a tool's JSON: other keys may be there, since tools add some with every version.

    Fields are written as here, or as JavaScript writes them (``file_path``, ``filePath``).
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        defer_build=True,
    )


S = TypeVar("S", bound=BaseModel)


def read_text(path: str, *, from_end: bool = False) -> str:
    """The text of a file, or of standard input for ``-``. With ``from_end`` only the end of a very long one.

    Raises UsageError when it cannot be read, is binary, or is too long.
    """
    name = said_name(path)
    try:
        if path == STANDARD_INPUT:
            data = _limited(sys.stdin.buffer, from_end=from_end)
        else:
            with Path(path).open("rb") as file:
                data = _limited(file, from_end=from_end)
    except FileNotFoundError as error:
        raise UsageError(f"{name}: there is no such file") from error
    except OSError as error:
        raise UsageError(f"{name}: cannot be read ({error.strerror})") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name}: is longer than {MOST_BYTES // 1_000_000} MB, the most that is read")
    return decoded(data, name)


def said_name(path: str) -> str:
    """What a source is called in messages."""
    return "standard input" if path == STANDARD_INPUT else path


def decoded(data: bytes, name: str) -> str:
    """Bytes as text: UTF-8, or UTF-16 as PowerShell writes it. Raises UsageError for what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data[:100_000]:
        raise UsageError(f"{name}: is binary; expected text")
    return data.decode("utf-8-sig", errors="replace")


def filled(text: str, name: str, expected: str) -> str:
    """``text``, unless there is nothing in it."""
    if not text.strip():
        raise UsageError(f"{name}: is empty; expected {expected}")
    return text


def parsed(text: str, name: str, expected: str) -> Any:
    """``text`` as JSON, with U+FFFD for what is no Unicode. Raises UsageError when it is none."""
    text = filled(text, name, expected).lstrip("\ufeff")
    try:
        value = json.loads(text)
        return _unicode(value) if "\\u" in text else value
    except RecursionError as error:
        raise UsageError(f"{name}: is nested too deeply; expected {expected}") from error
    except ValueError as error:
        start = json.dumps(text.strip()[:_SHOWN], ensure_ascii=False)
        raise UsageError(
            f"{name}: is not JSON ({_first_line(str(error))}); expected {expected}, got {start}"
        ) from error


def shaped(model: type[S], value: Any, name: str, expected: str) -> S:
    """``value`` as ``model``. Raises UsageError that names the first place that does not fit."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        message = _first_line(first["msg"])
        raise UsageError(f"{name}: is not {expected}: {where[:120]}: {message}") from error


def what(value: Any) -> str:
    """What JSON this is, in a few words."""
    if isinstance(value, dict):
        keys = ", ".join(json.dumps(key[:_SHOWN], ensure_ascii=False) for key in sorted(value)[:6])
        return f"an object with {keys}" if keys else "an empty object"
    if isinstance(value, list):
        return "a list of " + (_kind(value[0]) if value else "nothing")
    return _kind(value)


def _kind(value: Any) -> str:
    kinds = {dict: "objects", list: "lists", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _limited(file: BinaryIO, *, from_end: bool) -> bytes:
    """One byte more than is allowed, or the last ones that are."""
    data = file.read(MOST_BYTES + 1)
    if not from_end or len(data) <= MOST_BYTES:
        return data
    while more := file.read(MOST_BYTES):
        data = (data + more)[-MOST_BYTES:]
    return data[-MOST_BYTES:]


def _unicode(value: Any) -> Any:
    if isinstance(value, str):
        return _LONE_SURROGATES.sub("\ufffd", value)
    if isinstance(value, list):
        return list(map(_unicode, value))
    if isinstance(value, dict):
        return {_unicode(key): _unicode(child) for key, child in value.items()}
    return value


def _first_line(text: str) -> str:
    return text.partition("\n")[0][:200]
