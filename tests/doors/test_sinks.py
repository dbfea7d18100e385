"""Where findings go: to the sinks that a person names, and in CI also to those that the suite names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stub import Answer, Stub
from vibehq_smoke.sinks import in_ci

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
PLUGIN = """
import os
from vibehq_smoke import P2, IssueSink, check, hookimpl

def deliver(record, findings):
    with open("delivered.jsonl", "a") as file:
        file.write(record.model_dump_json() + "\\n")
    return f"tally: {len(record.checks)} checks, {len(findings)} findings"

@hookimpl
def vibehq_issue_sinks():
    return [IssueSink("tally", deliver), IssueSink("other", lambda record, findings: "other: done")]
"""
LOCALLY = "the suite's sinks (tally) are for CI: --sink tally uses them here"


@pytest.fixture
def suite(project: Path) -> Path:
    """The project, whose suite names the sink of a plugin."""
    (project / "plugins" / "tally.py").write_text(PLUGIN)
    (project / "mine.toml").write_text(
        (project / "mine.toml").read_text().replace("[suite]", '[suite]\nsinks = ["tally"]')
    )
    return project


def run(project: Path, *arguments: str, ci: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """``vibehq-smoke run`` of the suite, with the variable ``CI`` as given."""
    env = {name: value for name, value in os.environ.items() if name != "CI"} | variables
    env |= {"CI": ci} if ci is not None else {}
    command = [SMOKE, "run", "mine.toml", "--target", "stub", "--out", "out", *arguments]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=60, check=False)


def delivered(project: Path) -> int:
    """How often the plugin's sink was called."""
    file = project / "delivered.jsonl"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_in_ci_the_suites_sinks_are_used(suite: Path) -> None:
    done = run(suite, "--sink", "other", ci="true")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tally: 3 checks, 0 findings" in done.stdout
    assert "other: done" in done.stdout
    assert "are for CI" not in done.stdout
    assert delivered(suite) == 1


def test_elsewhere_a_line_says_how_to_use_them(suite: Path) -> None:
    done = run(suite, ci="false")
    assert done.returncode == 0
    assert LOCALLY in done.stdout
    assert delivered(suite) == 0


@pytest.mark.parametrize("ci", [None, "true"])
def test_a_sink_that_is_asked_for_is_used_everywhere_and_once(suite: Path, ci: str | None) -> None:
    done = run(suite, "--sink", "tally", "--sink", "tally", ci=ci)
    assert done.stdout.count("tally: 3 checks, 0 findings") == 1
    assert "are for CI" not in done.stdout
    assert delivered(suite) == 1


@pytest.mark.parametrize(
    ("value", "is_ci"),
    [
        (None, False),
        ("", False),
        (" ", False),
        ("false", False),
        ("False", False),
        ("0", False),
        ("true", True),
        ("1", True),
    ],
)
def test_what_counts_as_ci(value: str | None, is_ci: bool) -> None:
    assert in_ci({} if value is None else {"CI": value}) is is_ci


def test_pytest_uses_them_too(suite: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        f"--rootdir={suite}",
        "mine.toml",
        "--target",
        "stub",
    ]
    done = subprocess.run(
        command, cwd=suite, env=os.environ | {"CI": "1"}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tally: 3 checks, 0 findings" in done.stdout


@pytest.mark.parametrize("ci", ["", "true"])
def test_a_sink_that_no_plugin_provides_is_refused_before_anything_runs(project: Path, stub: Stub, ci: str) -> None:
    file = project / "mine.toml"
    file.write_text(file.read_text() + "[suite.gates]\nmin_executed = 1\n")
    file.write_text(file.read_text().replace("[suite]", '[suite]\nsinks = ["folder", "gitub"]'))
    done = run(project, ci=ci)
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "vibehq-smoke: mine.toml:2: suite.sinks: there is no issue sink 'gitub' (registered: folder, github); "
        "a plugin adds one; did you mean 'github'?"
    )
    assert stub.asked == []
    assert not (project / "out").exists()


def test_a_sink_never_gets_to_see_a_secret(suite: Path) -> None:
    secret = "sesame-4f1c9a7e22d0"
    config = suite / "smoke.toml"
    config.write_text(config.read_text() + '[targets.stub.auth]\nkind = "bearer"\ntoken_env = "SMOKE_TEST_TOKEN"\n')
    leaking = '@check("TALLY-01", component="auth", priority=P2, category="mine")\nasync def it_is_there(hq):\n'
    (suite / "plugins" / "tally.py").write_text(f'{PLUGIN}{leaking}    """{secret}"""\n')
    done = run(suite, "--sink", "tally", SMOKE_TEST_TOKEN=secret)
    assert "tally: 4 checks, 0 findings" in done.stdout, done.stdout + done.stderr
    text = (suite / "delivered.jsonl").read_text()
    assert "TALLY-01" in text
    assert secret not in text


def test_a_sink_goes_by_the_configuration_of_the_run(project: Path, stub: Stub) -> None:
    stub.answers["/one"] = Answer({"value": "many"})
    other = (project / "smoke.toml").read_text() + '[[issues.quarantine]]\ncheck = "ONE-01"\nreason = "known to flap"\n'
    (project / "other.toml").write_text(other)
    done = run(project, "--sink", "folder", "--config", "other.toml")
    assert "folder reports/issues: nothing to do" in done.stdout, done.stdout + done.stderr
    done = run(project, "--sink", "folder")
    assert "folder reports/issues: 1 opened" in done.stdout, done.stdout + done.stderr


def test_the_shipped_sinks_keep_issues(project: Path, stub: Stub) -> None:
    stub.answers["/one"] = Answer({"value": "many"})
    done = run(project, "--sink", "folder", "--sink", "github", GITHUB_REPOSITORY="", GITHUB_TOKEN="")
    assert "folder reports/issues: 1 opened" in done.stdout, done.stdout + done.stderr
    assert "state: open\n" in (project / "reports" / "issues" / "0001.md").read_text()
    assert "the issue sink github: GITHUB_REPOSITORY names no repository" in done.stderr
    assert done.returncode == 4
