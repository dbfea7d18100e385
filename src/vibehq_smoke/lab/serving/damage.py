"""How a broken process changes the JSON that it sends."""

import re
from dataclasses import replace
from datetime import timedelta

from vibehq_smoke.lab.clock import iso, parse_iso
from vibehq_smoke.lab.serving.rewriting import Answer

AN_HOUR = timedelta(hours=1)
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|[+-]\d\d:\d\d)")


def as_text(answer: Answer) -> Answer:
    """The same, declared as plain text."""
    return replace(answer, content_type="text/plain; charset=utf-8")


def with_other_names(answer: Answer) -> Answer:
    """The same content under other field names: ``worker_name`` is ``workerName``, ``status`` is ``statusValue``."""
    return answer.saying(_renamed(answer.json()))


def an_hour_old(answer: Answer) -> Answer:
    """The same content with every timestamp an hour earlier."""
    return answer.saying(_aged(answer.json()))


def _renamed(value: object) -> object:
    if isinstance(value, dict):
        return {_other_name(str(key)): _renamed(inner) for key, inner in value.items()}
    return [_renamed(inner) for inner in value] if isinstance(value, list) else value


def _other_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + ("".join(word.capitalize() for word in rest) if rest else "Value")


def _aged(value: object) -> object:
    if isinstance(value, dict):
        return {key: _aged(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_aged(inner) for inner in value]
    if isinstance(value, str) and TIMESTAMP.fullmatch(value):
        return iso(parse_iso(value) - AN_HOUR)
    return value
