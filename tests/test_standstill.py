"""Who fails while the machine stands still is asked again; who fails otherwise is not."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SLEEPER = """
import os, signal, subprocess, sys, time

def stand_still(seconds):
    wake = f"import os, signal, time; time.sleep({seconds}); os.kill({os.getpid()}, signal.SIGCONT)"
    subprocess.Popen([sys.executable, "-c", wake])
    os.kill(os.getpid(), signal.SIGSTOP)

tries = []
"""


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin is found from any folder."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def run(pytester: pytest.Pytester, body: str) -> pytest.RunResult:
    """A test file of its own, in a process of its own."""
    pytester.makepyfile(SLEEPER + body)
    return pytester.runpytest_subprocess("-p", "tests.standstill", "-p", "no:cacheprovider")


def test_a_failure_during_a_standstill_is_asked_again(pytester: pytest.Pytester) -> None:
    body = """
def test_once():
    tries.append(1)
    if len(tries) == 1:
        stand_still(2)
        assert False
"""
    done = run(pytester, body)

    done.assert_outcomes(passed=1)
    done.stdout.re_match_lines([r".*::test_once: asked again after a standstill of [12]\.\d s"])


def test_a_failure_on_a_machine_that_works_is_final(pytester: pytest.Pytester) -> None:
    done = run(pytester, "def test_twice():\n    tries.append(1)\n    assert len(tries) == 2\n")

    done.assert_outcomes(failed=1)
    done.stdout.no_fnmatch_line("*asked again*")


def test_who_fails_each_time_fails(pytester: pytest.Pytester) -> None:
    done = run(pytester, "def test_never():\n    tries.append(1)\n    stand_still(1.5)\n    assert len(tries) > 3\n")

    done.assert_outcomes(failed=1)


def test_fixtures_are_fresh_at_each_try(pytester: pytest.Pytester) -> None:
    body = """
import pytest

@pytest.fixture
def number():
    tries.append(1)
    return len(tries)

def test_second(number):
    if number == 1:
        stand_still(1.5)
    assert number == 2
"""
    run(pytester, body).assert_outcomes(passed=1)
