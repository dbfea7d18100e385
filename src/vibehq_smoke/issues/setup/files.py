"""The files that a checkout gets below ``.github``: five forms for issues, and three workflows."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...errors import UsageError
from ...reports.json import write_atomically
from .choices import Choices, listed
from .step import Outcome, Step

SHIPPED = Path(__file__).with_name("files")


def texts(choices: Choices) -> Mapping[str, str]:
    """What should be in each file, by its path within the checkout."""
    filled = {"__ACTION__": choices.action, "__WORKFLOWS__": listed(choices.watched)}
    wanted = {}
    for path in sorted(SHIPPED.rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        for place, value in filled.items():
            text = text.replace(place, value)
        wanted[f".github/{path.relative_to(SHIPPED).as_posix()}"] = text
    return wanted


def put(folder: Path, wanted: Mapping[str, str], *, force: bool, dry: bool) -> Iterator[Step]:
    """Write what is missing, and what differs when ``force`` says so. Raises UsageError where that cannot be."""
    for name, text in wanted.items():
        step = _compare(folder, name, text, force=force)
        if not dry and step.outcome in (Outcome.CREATED, Outcome.UPDATED):
            try:
                write_atomically(folder / name, text)
            except OSError as error:
                raise UsageError(f"{folder / name}: cannot be written: {error.strerror}") from None
        yield step
        yield from _doubled(folder, name)


def _compare(folder: Path, name: str, text: str, *, force: bool) -> Step:
    try:
        # A checkout may have other line ends than we write.
        there = (folder / name).read_bytes().decode().replace("\r\n", "\n")
    except (FileNotFoundError, NotADirectoryError):
        return Step(Outcome.CREATED, name)
    except UnicodeDecodeError:
        there = None
    except OSError as error:
        raise UsageError(f"{folder / name}: cannot be read: {error.strerror}") from None
    if there == text:
        return Step(Outcome.UNCHANGED, name)
    diff = tuple(_diff(name, there, text)) if there is not None else ()
    about = "it differs" if there is not None else "it is no UTF-8 text"
    if force:
        return Step(Outcome.UPDATED, name, about, diff)
    return Step(Outcome.KEPT, name, f"{about}; --force overwrites it", diff)


def _diff(name: str, there: str, text: str) -> Iterator[str]:
    before, after = there.splitlines(), text.splitlines()
    return difflib.unified_diff(before, after, name, f"{name} (as shipped)", n=1, lineterm="")


def _doubled(folder: Path, name: str) -> Iterator[Step]:
    """Say that a template in the older form is there, too: people would be offered both."""
    older = Path(name).with_suffix(".md")
    if older.parent.name == "ISSUE_TEMPLATE" and (folder / older).is_file():
        yield Step(Outcome.KEPT, older.as_posix(), f"people are offered this and {Path(name).name}; remove one")
