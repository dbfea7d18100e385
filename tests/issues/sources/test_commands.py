"""The commands, as a user types them: from what a tool wrote to an issue, and from proof to a closed one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from vibehq_smoke.cli import cli
from vibehq_smoke.errors import UsageError

from .conftest import SAMPLES, sample
from .front import issues

pytestmark = pytest.mark.issues


@pytest.fixture(autouse=True)
def _away_from_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REPOSITORY", "SHA", "REF_NAME", "RUN_ID", "RUN_ATTEMPT", "WORKFLOW", "JOB"):
        monkeypatch.delenv(f"GITHUB_{name}", raising=False)


def written(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((folder / "reports" / "issues").glob("0*.md"))]


def test_an_error_of_the_compiler_lives_from_its_issue_to_the_proof(tmp_path: Path) -> None:
    text = "src/a.ts(9,12): error TS2322: Type 'A' is not assignable to type 'B'.\n"
    done = issues(tmp_path, "typescript", "--sync", "--branch", "main", typed=text)
    assert done.returncode == 0, done.stderr
    (issue,) = written(tmp_path)
    assert "TS2322" in issue
    for part in ("## File", "## Error Code", "## Root Cause", "## Fix Options"):
        assert part in issue
    for number in range(3):
        done = issues(tmp_path, "typescript", "--sync", "--branch", "main", "--exit-code", "0", "--run", f"r{number}")
        assert done.returncode == 0, done.stderr
    assert "1 closed" in done.stdout
    again = issues(tmp_path, "typescript", "--sync", "--branch", "other", typed=text)
    assert "1 opened" in again.stdout, "another branch, another cause"


def test_a_job_is_filed_after_two_failures_and_closed_by_its_successes(tmp_path: Path) -> None:
    words = ("ci", "--sync", "--workflow", "CI", "--job", "build")
    log = str(SAMPLES / "actions-pytest.log")
    assert "nothing to do" in issues(tmp_path, *words, "--run", "1", log).stdout
    assert "1 opened" in issues(tmp_path, *words, "--run", "2", log).stdout
    others = issues(
        tmp_path, "ci", "--sync", "--workflow", "CI", "--job", "lint", "--conclusion", "success", "--run", "3"
    )
    assert "1 closed" not in others.stdout, "another job proves nothing of this one"
    for run in "456":
        done = issues(tmp_path, *words, "--conclusion", "success", "--run", run)
    assert "1 closed" in done.stdout


def test_an_issue_of_sentry_is_closed_when_it_is_resolved_there(tmp_path: Path) -> None:
    assert "1 opened" in issues(tmp_path, "sentry", "--sync", str(SAMPLES / "sentry-alert.json")).stdout
    assert "[`the issue in Sentry`](https://acme.sentry.io/issues/1117540176/" in written(tmp_path)[0]
    for run in "123":
        done = issues(tmp_path, "sentry", "--sync", "--run", run, typed=sample("sentry-resolved.json"))
    assert "1 closed" in done.stdout


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    done = issues(tmp_path, "security", str(SAMPLES / "npm-audit.json"))
    assert "[SECURITY] minimist: Prototype Pollution in minimist (Critical)" in done.stdout
    assert not (tmp_path / "reports" / "issues").exists()


def test_secrets_of_the_environment_get_into_no_issue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "Zq81kfLw02mvXa77"
    monkeypatch.setenv("DEPLOY_TOKEN", secret)
    log = f"deploying with {secret} to /srv/{secret}\nError: {secret} was refused\n"
    for run in "12":
        issues(tmp_path, "ci", "--sync", "--workflow", "CI", "--run", run, typed=log)
    (issue,) = written(tmp_path)
    assert "[REDACTED] was refused" in issue
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in kept if secret.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("words", "typed", "problem"),
    [
        (("lint", "gone.json"), "", "gone.json: there is no such file"),
        (("lint",), "", "standard input: is empty; expected the JSON of ESLint or Biome"),
        (("tests",), "{", "standard input: is not JSON"),
        (("junit",), "<a", "standard input:1: is no XML"),
        (("sentry", "--p1-from", "5"), "[]", "the thresholds do not rise"),
        (("performance", "--baseline", "gone.json"), "[]", "gone.json: there is no such file"),
        (("ci", "--conclusion", "success"), "", "--conclusion success needs --workflow or --job"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    words: tuple[str, ...], typed: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["issues", *words], input=typed)
    assert isinstance(done.exception, UsageError), done.output
    assert str(done.exception).startswith(problem)
    assert "\n" not in str(done.exception)
    assert not (tmp_path / "reports" / "issues").exists()


def test_a_mistake_ends_with_code_2_and_a_line_on_standard_error(tmp_path: Path) -> None:
    done = issues(tmp_path, "lint", "gone.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "vibehq-smoke: gone.json: there is no such file\n"


def test_the_options_decide(tmp_path: Path) -> None:
    words = ("--priority", "p1", "--component", "ui-factory", "--milestone", "v1.0", "--commit", "a" * 40)
    told = tmp_path / "plan.json"
    issues(
        tmp_path, "lint", *words, "--json", str(told), "--url", "https://ci.example.com/7", str(SAMPLES / "biome.json")
    )
    actions = json.loads(told.read_text())["actions"]
    assert {(one["priority"], one["component"]) for one in actions} == {("p1", "ui-factory")}
    assert {one["scope"].partition("/")[0] for one in actions} == {"biome"}
