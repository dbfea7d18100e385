"""The sources of the pages, as TypeScript's own checker sees them (contract UI-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Skipped, Violation

from .typecheck import type_check

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

PROJECT = "orchestrator/tsconfig.app.json"
"""The project file that the pages are checked with, relative to the checkout."""

CHECK_S = 150.0
"""A checker that takes longer says nothing about the sources."""

_MOST_LINES = 5


async def assert_pages_typed(hq: Hq) -> None:
    """The project of the pages has no type error. Raises Violation, Skipped when no checker is at hand."""
    project = hq.source / PROJECT
    if not project.parent.is_dir():
        raise Skipped(f"{hq.source} holds no {PROJECT}: set source to a checkout of the platform")
    if not project.is_file():
        raise Violation(f"{PROJECT} is missing from the checkout", kind="source")
    try:
        with hq.recorder.waiting("tsc"):
            checked = await type_check(hq, CHECK_S, PROJECT)
    except TimeoutError:
        raise Skipped(f"tsc took longer than {CHECK_S:g} s") from None
    if checked is None:
        raise Skipped(
            f"the type check needs tsc: npm install -g typescript, or npm install in {hq.source}/orchestrator"
        )
    hq.recorder.add("source", f"{checked.command}: exit code {checked.exit_code}", checked.output or None)
    if checked.errors:
        shown = "\n".join(checked.errors[:_MOST_LINES])
        raise Violation(f"{PROJECT} has {len(checked.errors)} type error(s)\n{shown}", kind="types")
    if checked.exit_code != 0:
        raise Skipped(f"tsc does not run: {' '.join(checked.output.split())[:300]}")
