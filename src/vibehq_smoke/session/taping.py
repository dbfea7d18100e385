"""What the checks and ordinary tests saw, on tape for ``prove``, when that was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..models import Result
from .ground import Ground

if TYPE_CHECKING:
    from ..platform.outside import OutsideOf
    from ..proof.making import Maker
    from ..proof.tape import Tape


class Tapes:
    """Nothing is recorded, nor imported for it, unless the options name a file."""

    def __init__(self, ground: Ground) -> None:
        self.tests: dict[str, Tape] = {}
        """Of ordinary tests of pytest, what they saw, by node id."""
        self._ground = ground
        self._maker: Maker | None = None
        self._test: Tape | None = None

    def outside(self, began: float) -> OutsideOf:
        """What stands between the checks and the world: nothing, or who writes down what they see.

        ``began`` is the ``time.monotonic()`` of the run's beginning, also below.
        """
        from ..platform.outside import direct

        if self._ground.options.record is None:
            return direct
        if self._maker is None:
            from ..platform.browser import missing_browser
            from ..proof.making import Maker

            target = self._ground.target
            self._maker = Maker(target, self._ground.run_id, began, missing_browser(target))
            self.turn_to(self._test)
        return self._maker.outside

    def turn_to(self, test: Tape | None) -> None:
        """From now on an ordinary test asks, and this is its tape."""
        self._test = test
        if self._maker is not None and test is not None:
            self._maker.turn_to(test)

    def keep(self, results: Iterable[Result], suites: Iterable[str], began: float) -> None:
        """Write the file. Raises HarnessError when it would hold a secret, UsageError when it cannot be written."""
        if self.tests:
            self.outside(began)  # nobody reached out when all of them were skipped
        path = self._ground.options.record
        if self._maker is None or path is None:
            return
        try:
            self._maker.finish(results, suites, self._ground.redactor, path, tests=self.tests, checks_began=began)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from None
