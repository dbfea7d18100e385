"""What becomes of a proof's result: the files that were asked for, and the project's own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from ..proved import OWN

if TYPE_CHECKING:
    from ..checks import Check

WHOLE = ("ledger", "page", "badge")
"""Files that are about every check."""


@dataclass(frozen=True)
class Files:
    """Where the result goes; None for what was not asked for."""

    json: Path | None = None
    ledger: Path | None = None
    page: Path | None = None
    badge: Path | None = None

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self)):
            path = getattr(self, name)
            if path is not None and path.resolve() == OWN.resolve():
                raise UsageError(f"--{name}: {OWN} is where the proofs of this project are kept; name another file")

    def refuse_a_part(self, narrowing: Sequence[str]) -> None:
        """Raise UsageError when something about every check is to be made of a proof of some."""
        asked = [f"--{name}" for name in WHOLE if getattr(self, name) is not None]
        if asked and narrowing:
            raise UsageError(f"{' and '.join(asked)} would be about every check: leave out {' and '.join(narrowing)}")

    def write(self, told: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
        """Write what was asked for. Raises UsageError for a file that cannot be written."""
        for name in (field.name for field in fields(self)):
            path = getattr(self, name)
            if path is not None:
                try:
                    _put(path, _text(name, told, checks))
                except OSError as error:
                    raise UsageError(f"--{name}: {path} cannot be written: {error.strerror}") from None


def keep(told: Mapping[str, Any], checks: Mapping[str, Check], *, alone: bool) -> None:
    """Enter what was proved into the project's own file; checks that were not proved now keep what they have.

    That file is not what was asked for, so that a folder where nothing can be written costs a line only.
    """
    from ..proved import entries, load, render

    try:
        before = load(OWN)
    except UsageError as error:
        click.echo(f"vibehq-smoke: warning: {error}; it is written anew", err=True)
        before = {}
    try:
        _put(OWN, render(before | entries(told, checks, alone=alone)))
    except OSError as error:
        click.echo(f"vibehq-smoke: warning: {OWN} cannot be written: {error.strerror}; reports will not know of this",
                   err=True)  # fmt: skip


def _text(name: str, told: Mapping[str, Any], checks: Mapping[str, Check]) -> str:
    from ..proof.badge import badge
    from ..proof.figures import page
    from ..proved import entries, render

    match name:
        case "ledger":
            return render(entries(told, checks))
        case "page":
            return page(told)
        case "badge":
            return badge(told)
        case _:
            return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _put(path: Path, text: str) -> None:
    from ..reports.json import write_atomically

    write_atomically(path, text)
