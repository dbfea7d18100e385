"""No test of this folder may hang."""

import signal
from collections.abc import Iterator

import pytest

MOST_S = 120


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    """End the test with an error after two minutes, whatever it waits for."""

    def give_up(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"the test did not end within {MOST_S} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(MOST_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
