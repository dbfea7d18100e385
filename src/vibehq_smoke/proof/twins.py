"""The same run as it might have been on another day, with other ids: its twin has to pass as well."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..fingerprint import declared
from .tape import Recording, Seen, Tape

WEEK = timedelta(days=7)
"""Hours and days of the week stay as they are: what is said by the hour or the weekday moves along."""

_UUID = re.compile(
    r"\b([0-9a-f]{8}-[0-9a-f]{4}-)([0-9a-f])([0-9a-f]{3}-)([0-9a-f])([0-9a-f]{3}-[0-9a-f]{12})\b", re.IGNORECASE
)
# It begins with one of few letters and looks back from there, since a pattern is looked for more quickly that way.
_MOMENT = re.compile(
    r"[12FMSTW](?:"
    r"(?<=\b2)(?:(?P<day>0\d\d-[01]\d-[0-3]\d(?=\b|T))|(?P<week>0\d\d-W\d\d\b))"
    r"|(?<=\b[FMSTW])(?P<http>(?:on|ue|ed|hu|ri|at|un), \d\d [A-Z][a-z][a-z] 20\d\d\b)"
    r"|(?<=1)(?<![\w.-]1)(?P<ms>[5-9]\d{11}(?![\w.])))"
)


@dataclass(frozen=True)
class Twin:
    """A way in which two healthy runs differ from beginning to end."""

    name: str
    what: str
    make: Callable[[Recording, Collection[str]], Recording]
    """From a recording, and the ids that checks spell out themselves, which are no chance."""


def spelt_out(functions: Iterable[Callable[..., Any]]) -> set[str]:
    """The ids that stand in the modules of these functions, or in the suite where nobody wrote one."""
    several = list(functions)
    files = {getattr(sys.modules.get(one.__module__), "__file__", None) for one in several}
    texts = [declared(one) for one in several]
    texts += [Path(file).read_text(encoding="utf-8") for file in files if file]
    return {found[0].lower() for text in texts for found in _UUID.finditer(text)}


def _with_other_ids(recording: Recording, kept: Collection[str]) -> Recording:
    def other(found: re.Match[str]) -> str:
        return found[0] if found[0].lower() in kept else _other_id(found)

    return _rewritten(recording, lambda text: _UUID.sub(other, text), timedelta())


def _other_id(found: re.Match[str]) -> str:
    """Another uuid of the same version, the same one for the same id."""
    first, version, second, variant, last = found.groups()
    digits = iter(hashlib.sha256(found[0].lower().encode()).hexdigest() * 2)
    parts = ["".join(one if one == "-" else next(digits) for one in part) for part in (first, second, last)]
    return f"{parts[0]}{version}{parts[1]}{variant}{parts[2]}"


def _at_another_time(recording: Recording, kept: Collection[str]) -> Recording:  # noqa: ARG001 - of ids, not of times
    now = datetime.fromtimestamp(recording.started_at, UTC)
    shift = WEEK if (now + WEEK).month == now.month else -WEEK  # what is said by the month stays as it is
    return _rewritten(recording, lambda text: _MOMENT.sub(lambda one: _shifted(one, shift), text), shift)


def _shifted(found: re.Match[str], shift: timedelta) -> str:
    text = found[0]
    try:
        match found.lastgroup:
            case "day":
                return (datetime.fromisoformat(text) + shift).date().isoformat()
            case "http":
                form = "%a, %d %b %Y"
                return (datetime.strptime(text, form).replace(tzinfo=UTC) + shift).strftime(form)
            case "week":
                return (datetime.strptime(f"{text}-1", "%G-W%V-%u").replace(tzinfo=UTC) + shift).strftime("%G-W%V")
            case _:
                return str(int(text) + int(shift.total_seconds() * 1000))
    except ValueError:  # it only looked like one
        return text


def _rewritten(recording: Recording, change: Callable[[str], str], later: timedelta) -> Recording:
    """A recording with ``change`` made of all that was asked and seen, ``later`` by that much."""
    tapes = {
        id_: Tape(tape.outcome, tape.reason, tape.began, list(_told_otherwise(tape.seen, change)))
        for id_, tape in recording.tapes.items()
    }
    return Recording(**{**vars(recording), "tapes": tapes, "started_at": recording.started_at + later.total_seconds()})


def _told_otherwise(seen: list[Seen], change: Callable[[str], str]) -> Iterator[Seen]:
    for one in seen:
        yield Seen(one.kind, _changed(one.question, change), _changed(one.answer, change), one.at, one.took)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """JSON with ``change`` made of it as one text, so that an id is the same whether it is a key, a value or a part."""
    return json.loads(change(json.dumps(value, ensure_ascii=False)))


TWINS = (
    Twin("other-ids", "every id is another one", _with_other_ids),
    Twin("other-times", "the same a week away", _at_another_time),
)
