"""``vibehq-smoke issues plan`` and ``sync``, the issue sinks and the demo, as a person or a CI job starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.github.double import TOKEN, RunningDouble, limited, running_double
from tests.stub import Answer, Stub
from vibehq_smoke.history import History
from vibehq_smoke.issues.clock import SystemClock
from vibehq_smoke.models import RunRecord
from vibehq_smoke.reports.json import render

from .writing.records import NOW, finding, record, result, symptom

pytestmark = pytest.mark.issues

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def github() -> Iterator[RunningDouble]:
    """Over a socket, in real time."""
    with running_double(clock=SystemClock()) as double:
        yield double
    assert double.searches == 0


def smoke(folder: Path, *words: str, **env: str) -> Done:
    """The command, in an environment without GitHub unless ``env`` has one."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_") and name != "CI"}
    done = subprocess.run(
        [SMOKE, *words], cwd=folder, env=bare | env, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def issues(folder: Path, *words: str, **env: str) -> Done:
    return smoke(folder, "issues", *words, **env)


def of(github: RunningDouble) -> dict[str, str]:
    return {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.enterprise_url}


def run(number: int = 1, *, broken: bool = True, **more: Any) -> RunRecord:
    """The run of that hour: HLT-01, a P0, fails or holds."""
    outcome = result("HLT-01", "failed" if broken else "passed", "p0")
    findings = (finding("health-api", symptom("HLT-01", "p0")),) if broken else ()
    return record(outcome, findings=findings, id=f"run-{number}", started_at=NOW + timedelta(hours=number), **more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a run left its results."""
    results = tmp_path / "reports" / "latest" / "results.json"
    results.parent.mkdir(parents=True)
    results.write_text(render(run()), encoding="utf-8")
    return tmp_path


def save(folder: Path, told: RunRecord) -> None:
    (folder / "reports" / "latest" / "results.json").write_text(render(told), encoding="utf-8")


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# -- into a folder ---------------------------------------------------------------------------


def test_a_plan_is_shown_and_nothing_is_left(folder: Path) -> None:
    before = files(folder)
    done = issues(folder, "plan", "--json", "plan.json")
    assert done.returncode == 0, done.stderr
    assert "Plan for folder reports/issues:\n  open     p0  [SMOKE FAIL] HLT-01" in done.stdout
    assert done.stdout.endswith("Nothing was written: this was the plan.\n")
    (action,) = json.loads((folder / "plan.json").read_text())["actions"]
    assert (action["step"], action["url"], action["undone"]) == ("open", None, None)
    assert files(folder) - before == {"plan.json"}


def test_a_sync_does_what_the_plan_said(folder: Path) -> None:
    done = issues(folder, "sync", "--json", "sync.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("folder reports/issues: 1 opened\n")
    told = json.loads((folder / "sync.json").read_text())
    assert told["trouble"] is None
    (action,) = told["actions"]
    assert {key: action[key] for key in ("step", "why", "priority", "component", "scope", "url", "undone")} == {
        "step": "open",
        "why": "a P0 is filed at once",
        "priority": "p0",
        "component": "health-api",
        "scope": "smoke/staging",
        "url": "reports/issues/0001.md",
        "undone": None,
    }
    assert "HLT-01 went wrong" in (folder / "reports/issues/0001.md").read_text(encoding="utf-8")
    assert "reports/history.db" in files(folder)
    assert issues(folder, "plan").stdout.endswith("Nothing to do.\n"), "the same results count once"


def test_a_plan_says_that_a_comment_goes_along(folder: Path) -> None:
    for number, broken in enumerate([True, False, False, False], 1):
        save(folder, run(number, broken=broken))
        done = issues(folder, "plan" if number == 4 else "sync", "--json", "plan.json")
    assert "  close    p0  #1 and comment: [SMOKE FAIL] HLT-01" in done.stdout, done.stdout + done.stderr
    (action,) = json.loads((folder / "plan.json").read_text())["actions"]
    assert (action["step"], action["comment"]) == ("close", True)


def test_smoke_toml_decides(folder: Path) -> None:
    (folder / "smoke.toml").write_text('[[issues.quarantine]]\ncheck = "HLT-01"\nreason = "known to flap"\n')
    done = issues(folder, "sync")
    assert (done.returncode, "quarantined: known to flap" in done.stdout) == (0, True), done.stdout + done.stderr
    assert not (folder / "reports" / "issues" / "0001.md").exists()


def bad_inputs() -> dict[str, tuple[list[str], str]]:
    """Words, and what is said of them."""
    repo = ["--repo", "acme/hq"]
    return {
        "no results": (["none.json"], "none.json: no results there yet; a run writes them"),
        "no JSON": (["notes.txt"], "notes.txt: is not JSON"),
        "other JSON": (["other.json"], "other.json: "),
        "no owner": (["--repo", "hq"], "--repo 'hq': is no repository (allowed: OWNER/NAME)"),
        "two places": ([*repo, "--folder", "here"], "--repo and --folder name two places: leave one out"),
        "no token": (repo, "GITHUB_TOKEN: is not set; give a token that may write issues of acme/hq"),
        "no database": (["--history", "notes.txt"], "notes.txt: cannot be used as history: file is not a database"),
        "no configuration": (["--config", "none.toml"], "none.toml: no such file"),
    }


@pytest.mark.parametrize("case", bad_inputs())
def test_what_cannot_be_used_is_named_in_one_line(folder: Path, case: str) -> None:
    words, said = bad_inputs()[case]
    (folder / "notes.txt").write_text("Nothing of note. " * 99)
    (folder / "other.json").write_text('{"name": "something else"}')
    done = issues(folder, "sync", *words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.startswith(f"vibehq-smoke: {said}")
    assert done.stderr.count("\n") == 1
    assert not (folder / "reports" / "issues").exists()
    if case in {"no results", "no JSON", "other JSON", "no configuration"}:
        assert not (folder / "reports" / "history.db").exists(), "what cannot be understood leaves nothing behind"


def torn(path: Path) -> None:
    """Its pages in the middle are gone."""
    history = History(path)
    history.keep("folder reports/issues", {f"cause {number}": "x" * 500 for number in range(200)})
    history.close()
    content = path.read_bytes()
    path.write_bytes(content[:40_000] + bytes(60_000) + content[100_000:])


def of_a_newer_harness(path: Path) -> None:
    history = History(path)
    history.keep("folder reports/issues", {"1-a": '{"id": "1-a", "mood": "gloomy"}'})
    history.close()


@pytest.mark.parametrize("make", [torn, of_a_newer_harness])
def test_a_record_that_turns_out_to_be_of_no_use_is_named(folder: Path, make: Callable[[Path], None]) -> None:
    make(folder / "history.db")
    was = (folder / "history.db").read_bytes()
    done = issues(folder, "sync", "--history", "history.db")
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.startswith("vibehq-smoke: history.db: cannot be used as history: ")
    assert done.stderr.count("\n") == 1
    assert (folder / "history.db").read_bytes() == was


# -- to GitHub -------------------------------------------------------------------------------


def test_the_life_of_an_issue_on_an_enterprise_server(folder: Path, github: RunningDouble) -> None:
    said = []
    for number, broken in enumerate([True, False, False, False], 1):
        save(folder, run(number, broken=broken))
        done = issues(folder, "sync", "--repo", "acme/hq", VIBEHQ_SMOKE_MARKER_KEY="a key of ours", **of(github))
        assert done.returncode == 0, done.stdout + done.stderr
        said.append(done.stdout.splitlines()[-1].partition(": ")[2])
    assert said == ["1 opened", "1 updated", "1 updated", "1 closed"]
    (issue,) = github.repository.issues.values()
    assert (issue.now.state, issue.now.state_reason, len(issue.comments)) == ("closed", "completed", 1)
    assert issue.now.title.startswith("[SMOKE FAIL] HLT-01")
    assert "smoke-test" in github.repository.label_names(issue)


def test_a_plan_writes_nothing_to_github(folder: Path, github: RunningDouble) -> None:
    done = issues(folder, "plan", "--repo", "acme/hq", **of(github))
    assert (done.returncode, "  open     p0  " in done.stdout) == (0, True), done.stdout + done.stderr
    assert github.writes == []


def test_a_repository_that_is_not_there_is_named(folder: Path, github: RunningDouble) -> None:
    done = issues(folder, "sync", "--repo", "acme/none", **of(github))
    assert done.returncode == 2
    assert done.stderr.startswith("vibehq-smoke: --repo acme/none: not found at ")
    done = issues(folder, "sync", "--repo", "acme/hq", **of(github) | {"GITHUB_TOKEN": "wrong-token"})
    assert done.returncode == 2
    assert "GITHUB_TOKEN" in done.stderr


def test_where_nobody_answers_what_was_seen_is_kept(folder: Path) -> None:
    nowhere = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": "http://127.0.0.1:9"}
    done = issues(folder, "sync", "--repo", "acme/hq", "--json", "out.json", **nowhere)
    assert done.returncode == 3
    assert "what was seen is kept, the next sync goes on" in done.stderr
    assert "nothing to do" not in done.stdout
    assert "no connection" in json.loads((folder / "out.json").read_text())["trouble"]


def test_what_is_limited_is_left_for_later(folder: Path, github: RunningDouble) -> None:
    github.faults.next(limited(429, seconds=3600), "POST")
    done = issues(folder, "sync", "--repo", "acme/hq", "--json", "out.json", **of(github))
    assert done.returncode == 3, done.stdout + done.stderr
    assert "1 left for the next sync" in done.stdout
    (action,) = json.loads((folder / "out.json").read_text())["actions"]
    assert "limits" in action["undone"]
    asked = len(github.log)
    again = issues(folder, "sync", "--repo", "acme/hq", **of(github))
    assert (again.returncode, github.ignored_limits) == (3, 0), again.stdout + again.stderr
    assert len(github.log) == asked, "GitHub is left in peace until the limit is over"


# -- at the end of a run ---------------------------------------------------------------------


def test_a_run_in_ci_delivers_to_the_sinks_of_its_suite(project: Path, stub: Stub, github: RunningDouble) -> None:
    suite = project / "mine.toml"
    suite.write_text(suite.read_text().replace("[suite]", '[suite]\nsinks = ["folder", "github"]', 1))
    stub.answers["/one"] = Answer({"value": "many"})
    env = of(github) | {"GITHUB_REPOSITORY": "acme/hq"}
    words = ("run", "mine.toml", "--target", "stub", "--deploy", "v1")
    local = smoke(project, *words, **env)
    assert github.log == [], "never by default on a local run"
    assert not (project / "reports" / "issues").exists()
    assert "are for CI" in local.stdout
    done = smoke(project, *words, CI="true", **env)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "folder reports/issues: 1 opened" in done.stdout
    assert "acme/hq: 1 opened" in done.stdout
    (issue,) = github.repository.issues.values()
    assert "ONE-01" in issue.now.title
    assert "state: open\n" in (project / "reports" / "issues" / "0001.md").read_text(encoding="utf-8")


@pytest.mark.issues
def test_the_demo_tells_the_whole_story(tmp_path: Path) -> None:
    done = smoke(tmp_path, "issues", "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    said = [line.partition(": ")[2] for line in done.stdout.splitlines() if line.startswith("folder ")]
    assert said == ["1 opened", "1 updated", "1 updated", "1 updated", "1 closed", "1 reopened"]
    folder = tmp_path / "reports" / "issues-demo" / "issues"
    assert [path.name for path in sorted(folder.glob("0*.md"))] == ["0001.md"], "one issue only"
    text = (folder / "0001.md").read_text(encoding="utf-8")
    assert "state: open\n" in text, "the last word is the relapse"
    assert "Gone, with proof" in text
    assert "state_reason: reopened\n" in text


def test_the_demo_does_not_clear_what_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("years of work")
    done = issues(tmp_path, "demo", "--dir", "precious")
    assert done.returncode == 2
    assert done.stderr == "vibehq-smoke: --dir: precious holds something else than a demo; name an empty folder\n"
    assert files(tmp_path) == {"precious/thesis.txt"}
