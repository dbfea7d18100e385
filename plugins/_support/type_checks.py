"""One type check of the checkout, shared by the checks of a run that want it (INF-04, INF-05, HLT-14)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vibehq_smoke import Skipped

from .typecheck import PROJECT, TypeCheck, type_check

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vibehq_smoke.platform import Hq

TYPE_CHECK_S = 150.0
"""A checker that takes longer says nothing about the sources."""

OF_THE_DATABASES = ("@shared/types/db.ts", "orchestrator/worker/database/", "entrypoints/HealthOps.ts")
"""Where an error concerns the models of the databases (contract INF-04, INF-05)."""


@dataclass
class TypeChecks:
    """Runs the checker once for each checkout; whoever comes meanwhile waits for the same outcome."""

    _done: dict[Path, TypeCheck | str] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, hq: Hq, so_far: str) -> TypeCheck:
        """What the checker says of the platform's worker sources.

        Raises Skipped when it cannot be asked, or says nothing about them; ``so_far`` tells what was judged before.
        """
        with hq.recorder.waiting("tsc"):
            async with self._turn:
                if hq.source not in self._done:
                    self._done[hq.source] = await _asked(hq)
        checked = self._done[hq.source]
        if isinstance(checked, str):
            raise Skipped(f"{so_far}; {checked}")
        hq.recorder.add("source", f"{checked.command}: exit code {checked.exit_code}", checked.output or None)
        if checked.exit_code != 0 and not checked.errors:
            raise Skipped(f"{so_far}, but tsc does not run: {checked.output[:400]}")
        return checked


async def _asked(hq: Hq) -> TypeCheck | str:
    """What the checker says, or why it says nothing: nobody waits for a slow one twice."""
    try:
        checked = await type_check(hq, TYPE_CHECK_S)
    except TimeoutError:
        return f"tsc took longer than {TYPE_CHECK_S:g} s over {PROJECT}"
    return checked or f"the type check needs tsc: npm install -g typescript, or npm install in {hq.source}"


def concerning(errors: Sequence[str], places: Sequence[str] = OF_THE_DATABASES) -> list[str]:
    """The errors in files of ``places``."""
    return [line for line in errors if any(place in line.replace("\\", "/").partition("(")[0] for place in places)]
