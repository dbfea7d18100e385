"""``vibehq-smoke prove`` on ordinary tests of pytest: each step is a pytest of its own, as the tests are used to."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..errors import HarnessError, UsageError
from ..pytest_plugin.orders import ORDER, Order
from ..pytest_plugin.outcomes import FIXTURE
from ..session.naming import find_suite

if TYPE_CHECKING:
    from ..proof.verdict import Proof

_MOST_LINES = 15
_NOT_COLLECTED = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)


def are_tests(name: str) -> bool:
    """Whether an argument means tests of pytest rather than a suite."""
    file, colons, _ = name.partition("::")
    if colons or file.endswith(".py"):
        return True
    with contextlib.suppress(UsageError):
        find_suite(name)
        return False
    return Path(name).is_dir()


def prove_tests(
    places: Sequence[str], recording: Path | None, target: str | None, config: Path | None, **how: Any
) -> tuple[list[Proof], float]:
    """Record the tests at ``places`` unless that was done, and prove them; the proofs, and how many seconds it took."""
    for place in places:
        if not Path(place.partition("::")[0]).exists():
            raise UsageError(f"there is no file {place.partition('::')[0]}")
    with tempfile.TemporaryDirectory(prefix="vibehq-smoke-") as folder:
        # with an equals sign: pytest takes a path after a space for one of tests when it looks for its root
        options = [f"--smoke-out={folder}", f"--override-ini=cache_dir={folder}/cache"]
        options += [f"--target={target}"] if target else []
        options += [f"--smoke-config={config}"] if config else []
        if recording is None:
            recording = Path(folder) / "recording.json.gz"
            done = _pytest([*places, *options, f"--smoke-record={recording}"])
            if not recording.is_file():
                raise UsageError(_not_recorded(done, ", ".join(places)))
        return _replayed(places, options, Order(recording.resolve(), Path(folder) / "result", config, **how))


def _replayed(places: Sequence[str], options: list[str], order: Order) -> tuple[list[Proof], float]:
    file = order.result.with_name("order")
    file.write_bytes(pickle.dumps(order))
    words = [*places, *options, "-pvibehq_smoke.pytest_plugin.proving", "--capture=no", "--tb=short"]
    done = _pytest(words, {ORDER: str(file)})
    if done.returncode in _NOT_COLLECTED:
        raise UsageError(_not_recorded(done, ", ".join(places)))
    if not order.result.is_file():
        raise HarnessError(f"pytest cannot replay these tests:\n{_end_of(done)}")
    first, second = pickle.loads(order.result.read_bytes())  # noqa: S301 - written by our own process just now
    if isinstance(first, int):
        raise (UsageError if first == UsageError.exit_code else HarnessError)(second)
    return first, second


def _pytest(words: Sequence[str], more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run pytest in one process of its own, whatever comes of the tests."""
    command = [sys.executable, "-m", "pytest", *words, "--maxfail=0"]
    if not os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        command.append("-n0")  # all of it in one process, whatever the project's own options say
    return subprocess.run(  # noqa: S603 - the user's own tests
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | dict(more or {}), check=False, errors="replace",
    )  # fmt: skip


def _not_recorded(done: subprocess.CompletedProcess[str], places: str) -> str:
    match done.returncode:
        case pytest.ExitCode.OK | pytest.ExitCode.TESTS_FAILED:
            return f"no test of {places} uses the fixture {FIXTURE}: nothing to prove"
        case pytest.ExitCode.NO_TESTS_COLLECTED:
            return f"pytest finds no test in {places}"
        case _:
            errors = [line.removeprefix("ERROR: ") for line in done.stdout.splitlines() if line.startswith("ERROR: ")]
            return errors[0] if errors else f"pytest cannot run these tests:\n{_end_of(done)}"


def _end_of(done: subprocess.CompletedProcess[str]) -> str:
    return "\n".join(done.stdout.strip().splitlines()[-_MOST_LINES:])
