"""What a test does for ever ends, however it goes about it."""

import contextlib
import signal
import time

import pytest

from vibehq_smoke.pytest_plugin import endless
from vibehq_smoke.pytest_plugin.endless import EndlessError, limited


def test_work_without_end_is_ended_though_everything_is_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endless, "MOST_CPU_S", 0.05)
    rounds: list[int] = []

    def for_ever() -> None:
        while True:
            with contextlib.suppress(BaseException):
                rounds.append(sum(range(100)))

    with pytest.raises(EndlessError, match=r"not ended after 0\.05 s of work"), limited():
        for_ever()
    assert len(rounds) > 10


def test_nothing_ticks_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endless, "MOST_CPU_S", 0.05)
    before = signal.getsignal(signal.SIGVTALRM)
    with limited():
        pass
    ends = time.process_time() + 0.1
    while time.process_time() < ends:
        pass
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGVTALRM) == before


def test_waiting_is_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endless, "MOST_CPU_S", 0.05)
    with limited():
        time.sleep(0.3)
