"""Who is asked to look: the map in ``smoke.toml``, else the repository's CODEOWNERS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from ...config.issues import IssuePolicy

MOST_ASSIGNEES = 10
"""GitHub takes no more for one issue."""

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks; the first file that is there counts."""

_NO_FILE = "\0\0"
"""Fits what fits any name, and nothing else."""

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\[bot\])?")


@dataclass(frozen=True)
class Owners:
    """Asks the policy's map, and where that is empty, the CODEOWNERS of the checkout in ``root``."""

    policy: IssuePolicy
    root: Path | None = None

    def of(
        self, *, component: str = "", category: str = "", path: str = "", in_repository: bool = True
    ) -> tuple[str, ...]:
        """Logins without ``@``. The last entry that fits decides, even when it names nobody who can be assigned.

        Of CODEOWNERS, what has no file in the repository goes to whoever owns everything there.
        """
        if not self.policy.owners:
            file = (path.lstrip("/") if in_repository else "") or _NO_FILE
            fitting = [owners for pattern, owners in self._codeowners if pattern.fullmatch(file)]
            return _logins(fitting[-1]) if fitting else ()
        names = [name for name in (component, category, path) if name]
        chosen: Sequence[str] = ()
        for entry in self.policy.owners:
            if any(fnmatchcase(name, entry.pattern) for name in names):
                chosen = entry.assignees
        return _logins(chosen)

    @cached_property
    def _codeowners(self) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
        for place in PLACES if self.root else ():
            try:
                text = (self.root / place).read_text(encoding="utf-8", errors="replace") if self.root else ""
            except OSError:
                continue
            return list(_entries(text.splitlines()))
        return []


def _entries(lines: Iterable[str]) -> Iterable[tuple[re.Pattern[str], tuple[str, ...]]]:
    for line in lines:
        words = re.sub(r"(?:^|\s)#.*", "", line).split()
        if words and not words[0].startswith("["):
            yield _pattern(words[0]), tuple(words[1:])


def _pattern(written: str) -> re.Pattern[str]:
    """As in ``.gitignore``: with a slash at its beginning or within it counts from the top, else it fits anywhere; what
    names a folder fits all that is in it."""
    is_folder = written.endswith("/")
    bare = written.strip("/")
    anywhere = "" if written.startswith("/") or "/" in bare else "(?:.*/)?"
    pieces = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", bare)
    inside = "/.*" if is_folder else "" if bare.endswith("/*") else "(?:/.*)?"
    return re.compile(anywhere + "".join(pieces.get(part, re.escape(part)) for part in parts) + inside)


def _logins(names: Sequence[str]) -> tuple[str, ...]:
    """Those of accounts: teams and mail addresses cannot be assigned."""
    logins = (name.removeprefix("@") for name in names)
    return tuple(dict.fromkeys(name for name in logins if _LOGIN.fullmatch(name)))[:MOST_ASSIGNEES]
