"""The patch manager of the checkout, run on made-up files in a scratch directory (contract 9.1, PAT-01, PAT-02)."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.platform.dialects import Dialect

from .commands import NOWHERE, Ran, run_command
from .fields import Count, Flag, Name
from .reading import read, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vibehq_smoke.platform import Hq

SCRIPT = "scripts/patch_manager.py"
SHORT = "patchctl"

_NO_PACKAGE = re.compile(r"No module named '(jsonschema|requests)'")
"""What the script may import and this machine may lack: nothing that the platform does wrong (contract 9.1)."""


class _Operation(Dialect):
    success: Flag
    file: Name
    op: Name


class _Outcome(Dialect):
    """What an applied batch leads to."""

    patch_id: Name
    success: Literal[True]
    operations: list[_Operation]
    total: Count
    succeeded: Count
    failed: Count


@contextmanager
def scratch(files: Mapping[str, str]) -> Iterator[Path]:
    """A project of its own with these files; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="vibehq-smoke-") as name:
        root = Path(name).resolve() / "project"
        root.mkdir()
        for file, text in files.items():
            (root / file).write_bytes(text.encode())
        yield root


def contents(root: Path) -> dict[str, str]:
    """Every file of the project with its text, the manager's own journal left out."""
    files = (file for file in root.rglob("*") if file.is_file() and ".patches" not in file.parts)
    return {str(file.relative_to(root)): file.read_bytes().decode(errors="replace") for file in sorted(files)}


def script(hq: Hq) -> Path:
    """The script in the checkout. Raises Blocked without one: that there is one, PAT-01 states."""
    path: Path = hq.source / SCRIPT
    if not path.is_file():
        raise Blocked(f"the checkout has no {SCRIPT} (PAT-01 judges that)", component="patch-manager")
    return path


async def patch_manager(hq: Hq, root: Path, *arguments: str | Path) -> Ran:
    """Run ``patch_manager.py`` in ``root``. Raises Violation, Blocked, Skipped when a package is missing."""
    return _with_packages(await run_command(hq, [sys.executable, script(hq), *arguments], root))


async def patchctl(hq: Hq, root: Path, *arguments: str | Path) -> Ran:
    """Run ``patchctl`` in ``root``. Raises Violation when it is missing or cannot be started, Skipped as above."""
    places = [hq.source / SHORT, hq.source / "scripts" / SHORT]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise Violation(f"the checkout has no {SHORT}", kind="source")
    if sys.platform == "win32":
        raise Skipped(f"{SHORT} is a shell script: run the checks where there is a POSIX shell")
    try:
        return _with_packages(await run_command(hq, [found, *arguments], root))
    except OSError as error:
        raise Violation(f"{SHORT} cannot be started: {error.strerror}", kind="source") from None


def safely(root: Path) -> list[str | Path]:
    """Options that keep a command inside ``root`` and silent (contract 9.1)."""
    return ["--project-root", root, "--orchestrator-url", NOWHERE]


def batch_file(root: Path, patches: list[dict[str, Any]]) -> Path:
    """A batch for ``root``, written beside it."""
    path = root.parent / "batch.json"
    path.write_text(json.dumps({"requester": "smoke", "reason": "smoke check", "patches": patches}), encoding="utf-8")
    return path


def assert_helps(ran: Ran) -> None:
    """A command that was asked for its help shows it."""
    assert ran.exit_code == 0, f"{ran.command} ends with {ran.exit_code}: {ran.said}"
    assert ran.out.strip(), f"{ran.command} prints no help"


def assert_refused(ran: Ran, what: str) -> None:
    """A bad batch ends with 1 and a reason; an outcome on stdout, which not every refusal has, is no success."""
    assert ran.exit_code == 1, (
        f"{ran.command} ends with {ran.exit_code} for a batch with {what}, expected 1: {ran.said}"
    )
    assert ran.out.strip() or ran.err.strip(), f"{ran.command} refuses a batch with {what} without a word"
    if ran.out.lstrip().startswith("{"):
        assert value_of(_json(ran), "success") is False, f"{ran.command} tells of success for a batch with {what}"


def assert_all_applied(hq: Hq, ran: Ran, total: int) -> None:
    """The outcome on stdout tells of ``total`` operations, all of them successful."""
    assert ran.exit_code == 0, f"{ran.command} ends with {ran.exit_code} for a good batch: {ran.said}"
    outcome = read(hq, _Outcome, _json(ran), f"the outcome of {SCRIPT}")
    counts = (outcome.total, outcome.succeeded, outcome.failed, len(outcome.operations))
    assert counts == (total, total, 0, total), (
        f"{total} operations were applied, but the outcome counts {counts[1]} of {counts[0]} as succeeded, "
        f"{counts[2]} as failed, and lists {counts[3]}"
    )
    unsuccessful = [operation.file for operation in outcome.operations if not operation.success]
    assert not unsuccessful, f"the outcome is a success, but not of {', '.join(unsuccessful)}"


def assert_same(root: Path, expected: Mapping[str, str], when: str) -> None:
    """The project holds exactly these files."""
    got = contents(root)
    for name, text in expected.items():
        assert got.get(name) == text, f"{when}, {name} is {got.get(name)!r} instead of {text!r}"
    strange = sorted(set(got) - set(expected))
    assert not strange, f"{when}, there are new files: {', '.join(strange)}"


def _with_packages(ran: Ran) -> Ran:
    missing = _NO_PACKAGE.search(ran.err) if ran.exit_code else None
    if missing:
        raise Skipped(f"the patch manager imports {missing[1]}: install it for {sys.executable}")
    return ran


def _json(ran: Ran) -> Any:
    try:
        return json.loads(ran.out)
    except ValueError:
        raise Violation(f"{ran.command} prints no JSON on stdout: {ran.said}", kind="json") from None
