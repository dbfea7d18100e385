"""The lab's structured log, kept in memory for the operator's ``logs`` verb."""

from collections import deque
from dataclasses import dataclass, field
from itertools import count, islice

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.serving.replies import Json


@dataclass
class Log:
    """The last 10,000 lines: ``{seq, time, component, level, message, …}`` with `seq` rising from 1."""

    _lines: deque[Json] = field(default_factory=lambda: deque(maxlen=10_000))
    _seq: "count[int]" = field(default_factory=lambda: count(1))

    def write(self, component: str, level: str, message: str, **fields: object) -> None:
        """Add one line; `fields` must be JSON values and hold no secret."""
        line = {"seq": next(self._seq), "time": now_iso(), "component": component, "level": level, "message": message}
        self._lines.append(line | fields)

    @property
    def newest(self) -> int:
        """The number of the last line, 0 before the first."""
        return self._lines[-1]["seq"] if self._lines else 0

    def since(self, seq: int, limit: int = 1000) -> list[Json]:
        """The oldest `limit` lines with a number greater than `seq`."""
        return list(islice((line for line in self._lines if line["seq"] > seq), limit))
