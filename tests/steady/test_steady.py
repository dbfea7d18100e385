"""The loop itself sees what does not pass."""

import json
from pathlib import Path

import pytest

from tests.steady import __main__ as steady


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the command line."""
    script = tmp_path / "run"
    monkeypatch.setattr(steady, "COMMAND", (str(script),))
    return script


def _writes(command: Path, *outcomes: str) -> None:
    checks = [{"id": f"C-{n}", "outcome": outcome, "reason": "why\nmore"} for n, outcome in enumerate(outcomes)]
    results = json.dumps({"checks": checks})
    command.write_text(f'#!/bin/sh\nmkdir -p "$4"\ncat > "$4/results.json" <<\'END\'\n{results}\nEND\n')
    command.chmod(0o755)


def test_what_did_not_pass_is_told_with_its_first_line(command: Path, tmp_path: Path) -> None:
    _writes(command, "passed", "failed", "skipped", "blocked")
    assert steady.run_once(tmp_path / "smoke.toml", tmp_path / "out") == {
        "C-1": "failed: why",
        "C-2": "skipped: why",
        "C-3": "blocked: why",
    }


def test_a_run_without_results_did_not_pass(command: Path, tmp_path: Path) -> None:
    command.write_text("#!/bin/sh\necho no >&2\nexit 4\n")
    command.chmod(0o755)
    assert steady.run_once(tmp_path / "smoke.toml", tmp_path / "out") == {"run": "exit 4: no\n"}
