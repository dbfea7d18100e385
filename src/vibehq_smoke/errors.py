"""Everything that can go wrong, as one tree.

- SmokeError
    - UsageError, exit code 2: the person asking can mend it
        - ConfigError: a TOML file says something that is not allowed
        - PluginError: a plugin does not load
        - GraphError: checks do not fit together
    - HarnessError, exit code 4: the harness or its machine is at fault
        - RunnerOffline: the machine running the checks lost its own network
    - Verdict: how a check ends when it does not pass
        - Violation: the platform is wrong, the check failed
            - Unreachable: a component does not answer
        - Blocked: a need did not hold
        - Skipped: access is missing
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class SmokeError(Exception):
    """Base of every error that this package raises on purpose."""

    exit_code = 4


class UsageError(SmokeError):
    """The call, a file or a plugin is wrong; the message says where and what is allowed."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration value that is not allowed.

    ``file`` and ``line`` say where, ``got`` what stood there, ``allowed`` what may stand there;
    the nearest allowed value is suggested when there is one.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: Path | str | None = None,
        line: int | None = None,
        got: str | None = None,
        allowed: Iterable[str] = (),
    ) -> None:
        self.problem = problem
        self.file = file
        self.line = line
        self.got = got
        self.allowed = tuple(allowed)
        super().__init__(self._message())

    def _message(self) -> str:
        where = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        message = where + self.problem
        if self.allowed:
            message += f" (allowed: {', '.join(self.allowed)})"
        if self.got is not None and (near := nearest(self.got, self.allowed)):
            message += f"; did you mean {near!r}?"
        return message


class PluginError(UsageError):
    """A plugin that cannot be loaded; the message names its file and line."""


class GraphError(UsageError):
    """Checks that contradict each other: a cycle, an unknown need, an id used twice."""


class HarnessError(SmokeError):
    """The harness, or the machine it runs on, is at fault; never blamed on the platform."""

    exit_code = 4


class RunnerOffline(HarnessError):  # noqa: N818 - a state of the machine
    """The machine that runs the checks has no network of its own."""


class Verdict(SmokeError):  # noqa: N818 - a verdict is not an error
    """Raised by a check, or on its behalf, to end it with another outcome than ``passed``."""


class Violation(Verdict, AssertionError):  # noqa: N818 - as above
    """The platform answered, and the answer is wrong.

    ``kind`` is a short stable word for the failure (``status``, ``content-type``, ``shape``,
    ``spa-fallback``, ``timeout``, ``unreachable`` ...); reports and fingerprints group by it.
    ``about`` is the component to accuse when it is not the check's own, for a check that looks at several.
    """

    def __init__(self, message: str, *, kind: str = "violation", about: str | None = None) -> None:
        self.kind = kind
        self.about = about
        super().__init__(message)


class Unreachable(Violation):
    """A component refused the connection, closed it, or did not answer in time."""

    def __init__(self, message: str, *, kind: str = "unreachable", about: str | None = None) -> None:
        super().__init__(message, kind=kind, about=about)


class Blocked(Verdict):
    """The check could not be judged, because ``component`` (its root cause) does not work.

    ``about`` is the component that was to be judged when it is not the check's own.
    """

    def __init__(self, message: str, *, component: str, about: str | None = None) -> None:
        self.component = component
        self.about = about
        super().__init__(message)


class Skipped(Verdict):
    """The target does not offer the access that the check needs; the message says what to set."""


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word most like ``word``, capitals aside; None when nothing comes near."""
    words = {one.casefold(): one for one in allowed}
    found = difflib.get_close_matches(word.casefold(), words, n=1, cutoff=0.6)
    return words[found[0]] if found else None
