"""Where in the project's own code a check ended."""

from __future__ import annotations

import re

_FRAME = re.compile(r'File "(?P<file>[^"\n]+)", line \d+, in (?P<function>[^\n]+)')
_INSIDE = re.compile(r"^\s*\+-\+-+ 1 -+", re.MULTILINE)
"""Where a traceback goes on to the first of several exceptions; which one that is, is a matter of chance."""
_FOREIGN = ("site-packages/", "dist-packages/", "node_modules/")


def top_frame(traceback: str | None, location: str) -> str:
    """``file:function`` of the innermost frame that belongs to the project, or nothing when none does.

    The project's own is what lies in the folder of the check, or below: ``location`` is ``file:line`` of the check.
    The file is named from that folder on, which is the same on every machine; a line number would change with edits.
    """
    if not traceback:
        return ""
    own = _slashed(location.rpartition(":")[0] or location)
    frames = [
        (_slashed(frame["file"]), frame["function"].strip())
        for frame in _FRAME.finditer(_INSIDE.split(traceback, maxsplit=1)[0])
    ]
    folder = next((file[: -len(own.rpartition("/")[2])] for file, _ in frames if own and _is(file, own)), None)
    if folder is None:
        return ""
    inside = [(file.removeprefix(folder), function) for file, function in frames if file.startswith(folder)]
    return next((f"{file}:{function}" for file, function in reversed(inside) if not _is_foreign(file)), "")


def _slashed(path: str) -> str:
    return path.replace("\\", "/")


def _is(file: str, own: str) -> bool:
    return file == own or file.endswith(f"/{own}")


def _is_foreign(file: str) -> bool:
    return file.startswith("<") or any(name in file for name in _FOREIGN)
