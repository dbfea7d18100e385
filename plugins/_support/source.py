"""The platform's own sources, read from a checkout (contract HLT-14)."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from vibehq_smoke import Skipped, Violation

from .typecheck import PROJECT
from .typescript import holes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vibehq_smoke.platform import Hq

    from .type_checks import TypeChecks

FOLDER = "orchestrator/worker"
FILES = ("entrypoints/HealthOps.ts", "entrypoints/health.ts", "api/routes/healthRoutes.ts")

_MOST_LINES = 5


def checked_files(checkout: Path) -> list[Path]:
    """The three files. Raises Skipped when this is no checkout, Violation when one is missing."""
    files = [checkout / FOLDER / name for name in FILES]
    missing = [file for file in files if not file.is_file()]
    if len(missing) == len(files):
        raise Skipped(f"{checkout} holds no {FOLDER}/{FILES[0]}: set source to a checkout of the platform")
    if missing:
        raise Violation(f"{missing[0].relative_to(checkout)} is missing from the checkout", kind="source")
    return files


def assert_no_holes(hq: Hq, files: Sequence[Path]) -> None:
    """None of ``files`` tells the type checker to look away."""
    found = []
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        lines = [f"{file.relative_to(hq.source)}:{hole.line}: {hole.what}" for hole in holes(text)]
        hq.recorder.add("source", f"{file.name}: {len(lines)} finding(s)", "\n".join(lines) or None)
        found += lines
    if found:
        raise Violation(f"{len(found)} place(s) without types\n{_few(found)}", kind="untyped")


async def assert_types_hold(hq: Hq, files: Sequence[Path], type_checks: TypeChecks) -> None:
    """There is no type error in ``files``. Raises Skipped when no checker is at hand.

    The whole project is checked, as it has to be; errors in other files are noted, since this item does not own them.
    """
    checked = await type_checks.of(hq, "neither any nor @ts-ignore found")
    ours = [line for line in checked.errors if any(_is_about(line, file) for file in files)]
    if ours:
        raise Violation(f"{PROJECT} has {len(ours)} type error(s) in these files\n{_few(ours)}", kind="types")
    if checked.errors:
        hq.note(f"{PROJECT} has {len(checked.errors)} type error(s) in other files\n{_few(checked.errors)}")


def _is_about(line: str, file: Path) -> bool:
    """Whether a line of the compiler is about ``file``; it names paths from where it was started."""
    return PurePath(line.partition("(")[0]).parts[-2:] == file.parts[-2:]


def _few(lines: Sequence[str]) -> str:
    more = [f"and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
    return "\n".join([*lines[:_MOST_LINES], *more])
