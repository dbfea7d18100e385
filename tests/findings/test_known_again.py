"""The same fault gives the same fingerprints in every run, another one others, through the front door.

Ports, ids, times and figures of the platform differ from run to run by themselves.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.stub import Answer, Stub

pytestmark = pytest.mark.issues

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
Marks = Mapping[tuple[str, str], str]
"""Fingerprints by component and subject."""
Run = Callable[..., Marks]


def marks(out: Path, *arguments: str) -> Marks:
    """The fingerprints of one run with these arguments."""
    command = [SMOKE, "run", "--quiet", "--out", str(out), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    document: dict[str, Any] = json.loads((out / "results.json").read_text())
    return {
        (finding["component"], symptom["subject"]): symptom["fingerprint"]
        for finding in document["findings"]
        for symptom in finding["symptoms"]
    }


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """One run into a folder of the test."""
    return lambda *arguments: marks(tmp_path / "out", *arguments)


DEAD = ("--fault", "d1-health-down", "-k", "INF-01 or API-10")
AS_BUILT = ("--fault", "as-built", "--category", "api", "--category", "health")


@pytest.fixture(scope="module")
def dead(tmp_path_factory: pytest.TempPathFactory) -> Marks:
    return marks(tmp_path_factory.mktemp("dead"), *DEAD)


@pytest.fixture(scope="module")
def as_built(tmp_path_factory: pytest.TempPathFactory) -> Marks:
    return marks(tmp_path_factory.mktemp("built"), *AS_BUILT)


def test_a_dead_database_is_known_again(dead: Marks, run: Run) -> None:
    assert set(dead) == {("d1-health", name) for name in ("preflight d1-health", "INF-01", "API-10")}
    assert run(*DEAD) == dead


def test_one_check_alone_says_the_same(dead: Marks, run: Run) -> None:
    alone = run("--fault", "d1-health-down", "-k", "INF-01")
    assert set(alone) == {("d1-health", "preflight d1-health"), ("d1-health", "INF-01")}
    assert alone.items() <= dead.items()


def test_the_defects_of_the_platform_as_built_are_known_again(as_built: Marks, run: Run) -> None:
    assert {"API-02", "API-08", "HLT-02", "HLT-03"} <= {subject for _, subject in as_built}
    assert run(*AS_BUILT) == as_built


def test_different_faults_have_different_fingerprints(dead: Marks, as_built: Marks) -> None:
    assert len(set(dead.values())) == len(dead)
    assert len(set(as_built.values())) == len(as_built)
    assert not set(dead.values()) & set(as_built.values())


def test_another_answer_is_another_failure_and_another_value_is_not(run: Run, project: Path, stub: Stub) -> None:
    suite = ("mine.toml", "--target", "stub", "-k", "ONE-01")
    seen = []
    for answer in (
        Answer({}, 500),
        Answer({"id": 7}, 500),
        Answer({}, 404),
        Answer({"value": 1.5}),
        Answer({"value": 27.25}),
    ):
        stub.answers["/one"] = answer
        seen.append(run(*suite)["orchestrator", "ONE-01"])
    dead, dead_again, missing, wrong, wrong_again = seen
    assert dead == dead_again
    assert wrong == wrong_again
    assert len({dead, missing, wrong}) == 3


def test_moving_the_lines_of_a_check_changes_nothing(run: Run, project: Path, stub: Stub) -> None:
    stub.answers["/one"] = Answer({}, 500)
    suite = ("mine.toml", "--target", "stub", "-k", "ONE-01")
    before = run(*suite)
    plugin = project / "plugins" / "mine.py"
    plugin.write_text("# a new comment\n\n" + plugin.read_text())
    assert run(*suite) == before


LEAK = '''
import asyncio
import os
from vibehq_smoke import P0, check


@check("ONE-04", component="orchestrator", priority=P0)
async def it_takes_the_word(hq):
    """It lets in whoever knows the word."""
    raise AssertionError(f"the word {os.environ['WORD']} opens nothing")


@check("ONE-05", component="auth", priority=P0)
async def the_word_is_a_secret(hq):
    """From now on it is known to be one."""
    await asyncio.sleep(0.3)
    hq.recorder.redactor.add(os.environ["WORD"])
'''


def test_a_secret_is_no_part_of_a_fingerprint_even_when_it_is_learnt_late(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "plugins" / "mine.py").write_text(LEAK)
    seen = []
    for word in ("open-sesame-rosebud", "abracadabra-please"):
        monkeypatch.setenv("WORD", word)
        seen.append(run("mine.toml", "--target", "stub")["orchestrator", "ONE-04"])
    assert seen[0] == seen[1]
