"""What the checks found out: from the engines of this process, and from other processes of the same run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..engine import Engine
from ..models import Created, Observation, Result


class Gathered:
    """Grows while the run lasts."""

    def __init__(self) -> None:
        self.ledger: list[Created] = []
        """What the checks created."""
        self.partial: str | None = None
        """Why the run did not reach its end, or None."""
        self._engines: list[Engine] = []
        self._results: dict[str, Result] = {}
        self._observations: dict[str, Observation] = {}

    def follow(self, engine: Engine) -> None:
        """Take in what this engine finds out."""
        self._engines.append(engine)

    def stop(self, reason: str) -> None:
        """Cancel what runs and wait until it has cleaned up."""
        for engine in self._engines:
            engine.close(reason)
            self.partial = self.partial or engine.stopped

    @property
    def is_empty(self) -> bool:
        """Whether no check ran here, and no other process told of any."""
        return not self._engines and not self._results

    def results(self) -> tuple[Result, ...]:
        """All results so far."""
        for engine in self._engines:
            self._merge(engine.results(), engine.observations)
        return tuple(self._results.values())

    @property
    def observations(self) -> tuple[Observation, ...]:
        """What preflight saw, as of the last look at the results."""
        return tuple(self._observations.values())

    def _merge(self, results: Iterable[Result], observations: Iterable[Observation]) -> None:
        for result in results:
            known = self._results.get(result.id)
            if known is None or known.hidden:
                self._results[result.id] = result
        self._observations |= {seen.component: seen for seen in observations}

    def told(self) -> dict[str, Any]:
        """All of that, as JSON types, for another process."""
        results = self.results()
        return {
            "results": [result.model_dump(mode="json") for result in results],
            "observations": [seen.model_dump(mode="json") for seen in self.observations],
            "ledger": [entry.model_dump(mode="json") for entry in self.ledger],
            "partial": self.partial,
        }

    def hear(self, told: dict[str, Any]) -> None:
        """Take in what another process told."""
        self._merge(
            [Result.model_validate(one) for one in told["results"]],
            [Observation.model_validate(one) for one in told["observations"]],
        )
        self.ledger += [Created.model_validate(one) for one in told["ledger"]]
        self.partial = self.partial or told["partial"]
