"""A hostile target and checks that spill all they know: nothing that a run writes holds a canary."""

import json
from pathlib import Path

import pytest

from tests.robustness.running import smoke
from vibehq_smoke.proof.making import redacted
from vibehq_smoke.proof.pseudonyms import Pseudonyms
from vibehq_smoke.proof.tape import Recording
from vibehq_smoke.redact import MASK, Redactor

from .conftest import Spilled
from .kinds import canaries
from .planting import planted_project
from .searching import leaks_in

pytestmark = pytest.mark.issues


def test_no_canary_is_in_anything_that_a_run_writes(spilled: Spilled) -> None:
    done, number = spilled.run, len(spilled.project.canaries)
    outcomes = list(done.outcomes.values())
    assert {outcome: outcomes.count(outcome) for outcome in set(outcomes)} == {
        "failed": number, "degraded": number, "error": number,
    }, done.said[-2000:]  # fmt: skip
    assert "[REDACTED]" in done.page
    assert {path.name for path in done.out.iterdir()} >= {"results.json", "report.html", "run.recording", "said"}
    recording = (done.out / "run.recording").read_text(encoding="utf-8")
    assert all(f"CAN-{one}-crashes" in recording for one in range(number))
    assert spilled.project.leaks_in_files(done.out) == []


def test_what_a_check_prints_is_in_its_log_and_not_on_the_terminal(spilled: Spilled) -> None:
    for check in spilled.run.checks.values():
        assert any(line.startswith("stdout: ") for line in check["log"]), check["log"]
        assert any(line.startswith("stderr: ") for line in check["log"]), check["log"]
    assert "stdout: " not in spilled.run.said


def test_the_project_does_plant_every_canary(spilled: Spilled) -> None:
    project = spilled.project
    planted = Path(project.env["PLANTED"]).read_text(encoding="utf-8")
    found = project.leaks(planted)
    kinds = [canary.kind for canary in project.canaries]
    assert [kind for kind in kinds if not any(leak.startswith(f"{kind}:") for leak in found)] == []
    assert not Path(project.env["PLANTED"]).is_relative_to(project.folder), "it would be found there"


def test_names_in_a_recording_are_cleaned_too() -> None:
    canary = next(one for one in canaries() if one.kind == "npm")
    recording = Recording(
        "1", 0.0, {}, others=[f"src/{canary.text}/app.ts"], sources={f"{canary.text}.ts": "let x = 1"}
    )
    recording.tape(canary.text)
    kept = redacted(recording.as_json(), Redactor())
    assert leaks_in(json.dumps(kept), [canary]) == []
    assert kept["sources"] == {f"{MASK}.ts": "let x = 1"}
    assert kept["others"] == [f"src/{MASK}/app.ts"]


def test_a_token_has_the_same_stand_in_behind_bearer_and_elsewhere() -> None:
    token, stand_ins = "Zk3q9LrZk3q9LrZk3q9Lr", Pseudonyms(Redactor())
    sent = stand_ins.header("authorization", f"Bearer {token}")
    assert token not in sent
    assert stand_ins.body(sent) == sent
    assert stand_ins.body(f"it sent Bearer {token} and api_key={token}") == f"it sent {sent} and api_key={sent[7:]}"


def test_a_recording_that_is_refused_costs_no_report(tmp_path: Path) -> None:
    with planted_project(tmp_path / "project", canaries()) as project:
        words = ("-k", "CAN-0-fails", "--out", "out", "--record", "smoke.toml/run.recording")
        done = smoke("run", *project.suite, *words, folder=project.folder, env=project.env)
    assert done.code not in (0, 1), done.said
    assert "smoke.toml/run.recording cannot be written" in done.said
    assert set(done.outcomes.values()) == {"failed"}
