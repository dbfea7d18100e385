"""Who let a whole deadline pass without a word is not given as long again."""

from __future__ import annotations

from .wire import Origin, Transit, WireFailure

SHORT_S = 3.0
"""What an origin gets that was silent and has not answered since."""


class Silence:
    """Origins that are silent. Without this, each of a hundred checks waits its own ten seconds for a dead worker."""

    def __init__(self) -> None:
        self._silent: set[Origin] = set()

    def forget(self) -> None:
        """Nobody is known to be silent."""
        self._silent.clear()

    def deadline_s(self, origin: Origin, wanted_s: float) -> float:
        """The deadline of the next exchange with ``origin``, where ``wanted_s`` would be the ordinary one."""
        return min(wanted_s, SHORT_S) if origin in self._silent else wanted_s

    def ended(self, origin: Origin, transit: Transit, failure: WireFailure | None, deadline_s: float) -> None:
        """An exchange is over: any byte of an answer ends a silence; a short deadline that passed proves none."""
        if transit.status is not None:
            self._silent.discard(origin)
        elif failure is not None and failure.kind == "timeout" and deadline_s >= SHORT_S:
            self._silent.add(origin)
