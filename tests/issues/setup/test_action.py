"""The action's steps, run for real: on the embedded platform, and on a stub that fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.github.double import ACTIONS_TOKEN, RunningDouble, running_double
from tests.issues.setup.runner import ACTION, Done, Runner, named, steps
from tests.stub import Answer, Stub

pytestmark = pytest.mark.issues

DOCUMENT = yaml.safe_load(ACTION.read_text())
DEFAULTS = {f"inputs.{name}": given.get("default", "") for name, given in DOCUMENT["inputs"].items()}


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def run(runner: Runner, **inputs: str) -> Done:
    values = DEFAULTS | {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    return runner.run(named(DOCUMENT, "Run"), values)


def look(runner: Runner, issues: str) -> Done:
    return runner.run(named(DOCUMENT, "Look at the inputs"), {"inputs.issues": issues})


def test_every_input_and_output_is_used_and_described() -> None:
    used = str(DOCUMENT["runs"])
    for name, given in DOCUMENT["inputs"].items():
        assert f"inputs.{name}" in used, name
        assert given["description"].endswith("."), name
    given_out = {name for name in ("results", "report", "verdict") if f"{name}=" in named(DOCUMENT, "Run")["run"]}
    assert set(DOCUMENT["outputs"]) == given_out


def test_a_wrong_value_of_issues_is_refused_before_anything_is_installed(runner: Runner) -> None:
    assert next(steps(DOCUMENT))["name"] == "Look at the inputs"
    assert [look(runner, word).code for word in ("none", "plan", "sync")] == [0, 0, 0]
    wrong = look(runner, "snyc")
    assert wrong.code == 2
    assert "'snyc' (allowed: none, plan, sync)" in wrong.shown


def test_the_embedded_platform_is_checked_and_the_outputs_name_the_reports(runner: Runner) -> None:
    done = run(runner, suite="quick")
    assert done.code == 0, done.shown
    assert done.outputs == {
        "verdict": "held",
        "results": "reports/latest/results.json",
        "report": "reports/latest/report.html",
    }
    record = json.loads((runner.workspace / done.outputs["results"]).read_text())
    assert record["run"]["exit_code"] == 0
    assert record["totals"]["executed"] > 0
    assert (runner.workspace / done.outputs["report"]).stat().st_size > 1000
    assert done.summary.startswith("### vibehq-smoke: held\n\n    ")
    assert "orchestrator" in done.summary


def test_a_platform_that_fails_ends_the_step_and_still_has_outputs(project: Path, stub: Stub, runner: Runner) -> None:
    stub.answers["/one"] = Answer({"value": "many"})
    done = run(runner, suite=f"{project}/mine.toml", config=f"{project}/smoke.toml", target="stub", out="elsewhere")
    assert done.code == 1, done.shown
    assert done.outputs["verdict"] == "fell"
    assert json.loads((runner.workspace / "elsewhere/results.json").read_text())["root_causes"] == ["orchestrator"]
    assert "fell" in done.summary


def test_arguments_are_taken_apart_as_in_a_shell_and_nothing_is_expanded(
    project: Path, stub: Stub, runner: Runner
) -> None:
    harm = "'$(touch harm)' `touch harm` * ; touch harm"
    chosen = run(runner, suite=f"{project}/mine.toml", config=f"{project}/smoke.toml", target="stub",
                 args='-q\n-k "ONE-01 or ONE-03"')  # fmt: skip
    assert chosen.code == 0, chosen.shown
    record = json.loads((runner.workspace / chosen.outputs["results"]).read_text())
    assert [check["id"] for check in record["checks"] if not check["hidden"]] == ["ONE-01", "ONE-03"]
    refused = run(runner, suite="quick", args=harm, target=harm, config=harm)
    assert refused.outputs == {"verdict": "usage"}
    assert not (runner.workspace / "harm").exists()


def test_results_of_an_earlier_step_are_not_taken_for_this_ones(runner: Runner) -> None:
    left = runner.workspace / "reports/latest/results.json"
    left.parent.mkdir(parents=True)
    left.write_text("{}")
    done = run(runner, suite="no-such-suite")
    assert (done.code, done.outputs) == (2, {"verdict": "usage"})
    assert "no-such-suite" in done.shown
    assert not left.exists()


def test_what_a_target_writes_gives_the_runner_no_orders(project: Path, stub: Stub, runner: Runner) -> None:
    stub.answers["/one"] = Answer({"value": "x\n::add-mask::x\n::error::forged\n```\n# forged"})
    done = run(runner, suite=f"{project}/mine.toml", config=f"{project}/smoke.toml", target="stub")
    before, _, rest = done.shown.partition("::stop-commands::")
    token, _, during = rest.partition("\n")
    assert len(token) == 32
    assert before == ""
    inside, closed, after = during.partition(f"::{token}::\n")
    assert closed
    assert token not in inside
    assert "::" not in after
    shown = done.summary.splitlines()[2:]
    assert [line for line in shown if line and not line.startswith("    ")] == []


def test_a_deploy_that_is_named_is_in_the_results(project: Path, stub: Stub, runner: Runner) -> None:
    done = run(runner, suite=f"{project}/mine.toml", config=f"{project}/smoke.toml", target="stub",
               deploy="4f1c2d3", deployed_at="2026-05-01T22:00:00Z")  # fmt: skip
    assert done.code == 0, done.shown
    told = json.loads((runner.workspace / done.outputs["results"]).read_text())["run"]
    assert told["deploy"] == "4f1c2d3"
    assert told["deployed_at"].startswith("2026-05-01T22:00:00")


def issues(runner: Runner, github: RunningDouble, project: Path, word: str, results: str) -> Done:
    """The last step, with what the runner has of GitHub."""
    given = {"issues": word, "repo": "acme/hq", "token": ACTIONS_TOKEN, "config": f"{project}/smoke.toml"}
    values = {f"inputs.{name}": value for name, value in given.items()} | {"steps.run.outputs.results": results}
    runner.environment = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": "acme/hq", "GITHUB_ACTIONS": "true"}
    return runner.run(named(DOCUMENT, "Issues"), values)


def test_a_failure_is_planned_or_becomes_an_issue(project: Path, stub: Stub, runner: Runner) -> None:
    stub.answers["/one"] = Answer({"value": "many"})
    fell = run(runner, suite=f"{project}/mine.toml", config=f"{project}/smoke.toml", target="stub")
    with running_double() as github:
        planned = issues(runner, github, project, "plan", fell.outputs["results"])
        assert planned.code == 0, planned.shown
        assert github.writes == []
        assert "\n      open " in planned.summary
        synced = issues(runner, github, project, "sync", fell.outputs["results"])
        assert synced.code == 0, synced.shown
        (issue,) = github.repository.issues.values()
        assert "ONE-01" in issue.now.title
        assert "1 opened" in synced.summary
        assert synced.summary.startswith("### Issues\n\n    ")
        assert ACTIONS_TOKEN not in planned.shown + synced.shown + synced.summary


def test_issues_that_cannot_be_kept_make_the_step_fail(project: Path, runner: Runner) -> None:
    held = run(runner, suite=f"{project}/mine.toml", config=f"{project}/smoke.toml", target="stub")
    with running_double() as github:
        github.permit("none", ACTIONS_TOKEN)
        refused = issues(runner, github, project, "sync", held.outputs["results"])
    assert refused.code in (2, 3), refused.shown
    assert "acme/hq" in refused.shown
