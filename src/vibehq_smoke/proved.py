"""What was proved of checks, and the files that keep it: the project's own, and the one that ships with the checks.

An entry goes with a fingerprint of the check's source, so that nobody takes the proof of a check for that of the
check it has become since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError, model_validator

from .checks import Check
from .errors import UsageError
from .fingerprint import fingerprint
from .models import Proved

OWN = Path("reports/proof.json")
"""Where ``prove`` leaves what it found, beside the reports of runs."""

FORMAT = "vibehq-smoke proofs"
VERSION = 1
ALWAYS = ("mutants", "caught", "harmless")
"""Fields that are written even when they are 0."""


class Entry(Proved):
    """What is kept of one check."""

    fingerprint: str | None = None
    """Of the function that was proved; None when that is not known."""

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if not 0 <= self.caught <= self.mutants or not 0 <= self.false_alarms <= self.harmless or self.equivalent < 0:
            raise ValueError("the numbers contradict each other")
        return self

    def fits(self, fingerprint: str | None) -> bool:
        """Whether this is about a function with that fingerprint, as far as is known."""
        return None in (self.fingerprint, fingerprint) or self.fingerprint == fingerprint

    def proved(self, fingerprint: str | None) -> Proved:
        """As a report shows it."""
        told = self.model_dump(exclude={"fingerprint", "changed"})
        return Proved(**told, changed=not self.fits(fingerprint))


def entries(document: Mapping[str, Any], checks: Mapping[str, Check], *, alone: bool = False) -> dict[str, Entry]:
    """What is kept of the result of a proof (``proof.document.document``); ``alone`` when some were left out of it."""
    return {
        id_: Entry(
            mutants=one["mutants"],
            caught=one["caught"],
            equivalent=one["equivalent"],
            harmless=one["harmless"],
            false_alarms=len(one["false_alarms"]),
            vacuous=bool(one["vacuous"]),
            weak=bool(one["weak"]),
            alone=alone,
            unproved=_one_line(one["unproved"]),
            fingerprint=fingerprint(checks[id_].function) if id_ in checks else None,
        )
        for id_, one in document["by_check"].items()
    }


def _one_line(reason: str | None) -> str | None:
    return reason.partition("\n")[0][:200] if reason else None


def render(kept: Mapping[str, Entry]) -> str:
    """The file's text, the same for the same entries in any order."""
    checks = {id_: _told(kept[id_]) for id_ in sorted(kept)}
    lines = ",\n".join(f"    {json.dumps(id_)}: {json.dumps(told, ensure_ascii=False)}" for id_, told in checks.items())
    begins = f'{{\n  "format": "{FORMAT}",\n  "version": {VERSION},\n  "checks": {{\n'
    return f"{begins}{lines}\n  }}\n}}\n"


def _told(entry: Entry) -> dict[str, Any]:
    told = {name: getattr(entry, name) for name in ALWAYS} | entry.model_dump(
        exclude_defaults=True, exclude={"changed"}
    )
    return dict(sorted(told.items()))


def load(path: Path) -> dict[str, Entry]:
    """Read a file written by ``render``; nothing when there is none. Raises UsageError, naming the file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: is not JSON; prove the checks again") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(f"{path}: holds no proofs; vibehq-smoke prove writes them")
    if document.get("version") != VERSION:
        raise UsageError(f"{path}: proofs of version {document.get('version')!r}, this harness reads {VERSION}")
    try:
        return {str(id_): Entry.model_validate(told) for id_, told in document["checks"].items()}
    except (KeyError, AttributeError, ValidationError):
        raise UsageError(f"{path}: is damaged; prove the checks again") from None


class Proofs:
    """What is known of checks, from several files; what an earlier one says counts before a later one."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.warnings: list[str] = []
        """What is wrong with the files, a line each."""
        self._kept = list(self._load(files))
        self._known: dict[str, Proved | None] = {}

    def _load(self, files: Iterable[Path]) -> Iterator[dict[str, Entry]]:
        for file in files:
            try:
                yield load(file)
            except UsageError as error:
                self.warnings.append(f"warning: {error}")

    def of(self, check: Check) -> Proved | None:
        """What was proved of a check. What is about the check as it is now counts before what is about an older one."""
        if check.id not in self._known:
            self._known[check.id] = self._find(check)
        return self._known[check.id]

    def _find(self, check: Check) -> Proved | None:
        found = [kept[check.id] for kept in self._kept if check.id in kept]
        if not found:
            return None
        now = fingerprint(check.function)
        return next((one for one in found if one.fits(now)), found[0]).proved(now)
