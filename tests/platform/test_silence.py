"""A silent origin is waited for once at full length, and trusted again at its first byte."""

import pytest

from vibehq_smoke.platform.silence import SHORT_S, Silence
from vibehq_smoke.platform.wire import FailureKind, Origin, Transit, WireFailure

HERE, THERE = Origin("http", "localhost", 1), Origin("http", "localhost", 2)


def silent(*, deadline_s: float = 10.0, kind: FailureKind = "timeout", status: int | None = None) -> Silence:
    """After one exchange that ended so."""
    silence = Silence()
    silence.ended(HERE, Transit(status=status), WireFailure(kind, "why"), deadline_s)
    return silence


def test_who_let_a_deadline_pass_gets_a_short_one() -> None:
    silence = silent()
    assert silence.deadline_s(HERE, 10.0) == SHORT_S
    assert silence.deadline_s(HERE, 1.0) == 1.0
    assert silence.deadline_s(THERE, 10.0) == 10.0


def test_an_answer_ends_the_silence() -> None:
    silence = silent()
    silence.ended(HERE, Transit(status=500), None, SHORT_S)
    assert silence.deadline_s(HERE, 10.0) == 10.0


@pytest.mark.parametrize(
    "silence",
    [silent(deadline_s=1.0), silent(kind="unreachable"), silent(status=200)],
    ids=["a short deadline", "a refusal, which is quick", "an answer that was not complete"],
)
def test_what_proves_no_silence(silence: Silence) -> None:
    assert silence.deadline_s(HERE, 10.0) == 10.0
