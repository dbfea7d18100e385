"""What people read of issues: commands that work where they are pasted, files they can find, and why."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from vibehq_smoke.config.issues import IssuePolicy, Maintenance, Owner, Quarantine
from vibehq_smoke.errors import UsageError
from vibehq_smoke.history import History
from vibehq_smoke.host import shipped
from vibehq_smoke.issues.batch import Batch, Ticket
from vibehq_smoke.issues.desk import Desk
from vibehq_smoke.issues.fold import fold
from vibehq_smoke.issues.marker import Signer
from vibehq_smoke.issues.settings import Settings
from vibehq_smoke.issues.strangers import strangers
from vibehq_smoke.issues.wording import Wording
from vibehq_smoke.issues.writing.gate import Gate
from vibehq_smoke.issues.writing.smoke import smoke_batch
from vibehq_smoke.issues.writing.surroundings import Surroundings
from vibehq_smoke.models import ComponentHealth, RunRecord, Status
from vibehq_smoke.redact import Redactor
from vibehq_smoke.reports.json import render

from .stage import Stage, why
from .writing.records import NOW, finding, record, result, symptom

HERE = Path("/home/runner/work/my hq/hq")
NOWHERE = Surroundings()


def told(run: RunRecord, near: Surroundings = NOWHERE) -> Ticket:
    """The ticket of the run's one finding."""
    (sighting,) = smoke_batch(run, near, IssuePolicy()).sightings
    return sighting.ticket


def section(ticket: Ticket, heading: str) -> str:
    (text,) = (section.text for section in ticket.sections if section.heading == heading)
    return text


def failed(**more: Any) -> RunRecord:
    return record(result("HLT-01", **more), findings=(finding("health-api", symptom("HLT-01")),))


# -- commands and files ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (f"vibehq-smoke run {HERE}/desk.toml -k HLT-01", "vibehq-smoke run desk.toml -k HLT-01"),
        (f"vibehq-smoke run '{HERE}/desk.toml' -k HLT-01", "vibehq-smoke run 'desk.toml' -k HLT-01"),
        (f"vibehq-smoke run /mnt{HERE}/desk.toml", f"vibehq-smoke run /mnt{HERE}/desk.toml"),
    ],
)
def test_the_command_is_typed_where_the_harness_was_started(command: str, shown: str) -> None:
    assert (
        section(told(failed(rerun=command), Surroundings(folder=HERE)), "Steps to Reproduce") == f"```sh\n{shown}\n```"
    )


@pytest.mark.parametrize(
    "file",
    [str(shipped("plugins") / "health.py"), "/opt/py/lib/python3.12/site-packages/vibehq_smoke/_plugins/health.py"],
)
def test_checks_that_come_along_are_named_alike_wherever_they_are_installed(file: str) -> None:
    ticket = told(failed(location=f"{file}:51"))
    assert "- **Failure Location**: `plugins/health.py:51`" in section(ticket, "Test Details")


def test_a_traceback_names_no_folder_of_the_machine() -> None:
    file = shipped("plugins") / "health.py"
    ticket = told(failed(traceback=f'Traceback:\n  File "{file}", line 51, in it\nboom'))
    assert 'File "plugins/health.py", line 51' in section(ticket, "Stack Trace").replace("_plugins", "plugins")


def test_whoever_owns_everything_gets_what_has_no_file(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_text("* @ann\nplugins/ @bob\n", encoding="utf-8")
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "mine.py").touch()
    near = Surroundings(folder=tmp_path, root=tmp_path)
    assert told(failed(location=f"{shipped('plugins')}/health.py:5"), near).assignees == ("ann",)
    assert told(failed(location="plugins/mine.py:5"), near).assignees == ("bob",)
    lead = finding("d1-health", symptom("preflight d1-health", "p0"))
    assert told(record(findings=(lead,)), near).assignees == ("ann",)


def test_what_was_changed_after_it_was_last_seen_to_fail_is_not_blamed(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        names = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
        return subprocess.check_output(["git", "-C", str(tmp_path), *names, *words], text=True).strip()

    git("init", "-q")
    commits = []
    for change in ("It works", "Break it", "Unrelated"):
        git("commit", "-q", "--allow-empty", "-m", change)
        commits.append(git("rev-parse", "HEAD"))
    near = Surroundings(folder=tmp_path, root=tmp_path, commit=commits[2])
    wording = Wording(Signer.of(None, "here"), Gate(Redactor(), {}), near, 3)
    batch = smoke_batch(failed(), near, IssuePolicy()).model_copy(update={"commit": commits[1]})
    (cause,) = fold({}, batch, IssuePolicy()).values()
    blamed = wording.with_changes(cause, batch, {"HLT-01": commits[0]})
    assert blamed.ticket is not None
    assert "Break it" in section(blamed.ticket, "Recent Changes")
    assert "Unrelated" not in section(blamed.ticket, "Recent Changes")
    later = Batch(id="later", scope=batch.scope, at=batch.at + timedelta(hours=1), commit=commits[2])
    (same,) = fold({blamed.id: blamed}, later, IssuePolicy()).values()
    assert same.last_run == "later"
    assert wording.with_changes(same, later, {"HLT-01": commits[0]}).ticket == blamed.ticket


# -- what is degraded ------------------------------------------------------------------------


def test_what_is_only_degraded_neither_blocks_nor_is_filed_at_once() -> None:
    shown = finding("health-api", symptom("HLT-01", "p0"), status="degraded")
    run = record(result("HLT-01", "degraded", "p0"), findings=(shown,))
    (sighting,) = smoke_batch(run, Surroundings(), IssuePolicy()).sightings
    assert not sighting.certain
    assert section(sighting.ticket, "Impact") == ("**Degraded**: it works, but not as demanded (P0, were it broken)")


# -- reasons ---------------------------------------------------------------------------------


def test_a_run_that_did_not_execute_it_says_so(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01")
    elsewhere = stage.run().model_copy(update={"proven": frozenset()})
    assert "not executed in this run" in why(stage.take(elsewhere))


def test_who_knows_nothing_of_an_issue_but_its_marker_calls_it_by_its_title(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01")
    elsewhere = stage.run().model_copy(update={"proven": frozenset()})
    (action,) = stage.plan(elsewhere, job="two").actions
    assert action.title == stage.issue(1).title


def test_the_label_that_silences_is_the_one_of_the_settings(tmp_path: Path) -> None:
    config = tmp_path / "smoke.toml"
    config.write_text('[issues]\nquiet_label = "hush"\n', encoding="utf-8")
    run = record(result("HLT-01", priority="p0"), findings=(finding("health-api", symptom("HLT-01", "p0")),))
    settings = Settings.gathered(config, {})
    with Desk.open(settings, None, tmp_path / "issues", tmp_path / "history.db") as desk:
        desk.sync.sync(smoke_batch(run, settings.surroundings, settings.policy))
    text = (tmp_path / "issues" / "0001.md").read_text(encoding="utf-8")
    assert "the label `hush` silences it" in text
    assert "quiet" not in text


# -- settings that name nothing --------------------------------------------------------------


def test_a_name_that_nothing_bears_is_told_with_the_nearest() -> None:
    policy = IssuePolicy(
        quarantine=(Quarantine(check="HLT-99"), Quarantine(check="hlt-01")),
        maintenance=(
            Maintenance.model_validate({"from": NOW, "to": NOW.replace(year=2030), "components": ["d1-helth"]}),
        ),
        owners=(Owner(pattern="orchestrater"), Owner(pattern="heal*"), Owner(pattern="plugins/helth.py")),
    )
    lines = strangers(record(result("HLT-01")), policy, None)
    assert lines[0].startswith("[issues] quarantine names HLT-99, which no check has as its id; did you mean HLT-")
    assert lines[1:] == [
        "[issues] quarantine names hlt-01, which no check has as its id; did you mean HLT-01?",
        "[issues] maintenance names d1-helth, which no component has as its id; did you mean d1-health?",
        "[issues] owners names orchestrater, which no component or category has as its id; did you mean orchestrator?",
    ]


def test_a_run_of_a_few_checks_makes_no_false_alarm() -> None:
    policy = IssuePolicy(
        quarantine=(
            Quarantine(check="WRK-09", until=date(2030, 1, 1)),
            Quarantine(check="FAC-05[agent-factory]"),
            Quarantine(check="FAC-05"),
            Quarantine(check="CHECKOUT-OF-THE-SHOP"),
        ),
        owners=(Owner(pattern="d1-ops"), Owner(pattern="infrastructure"), Owner(pattern="mine")),
    )
    mine = ComponentHealth(id="mine", status=Status.WORKING)
    run = record(result("HLT-01")).model_copy(update={"components": (mine,)})
    assert strangers(run, policy, None) == []


# -- when a file is of no use ----------------------------------------------------------------


def test_a_record_that_breaks_later_is_told_in_one_line(tmp_path: Path) -> None:
    path, settings = tmp_path / "history.db", Settings.gathered(None, {})
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    with pytest.raises(UsageError, match="another process holds it"), Desk.open(settings, None, tmp_path, path):
        raise locked
    with pytest.raises(UsageError, match="as history: malformed"), Desk.open(settings, None, tmp_path, path):
        raise sqlite3.DatabaseError("malformed")
    History(path).close()


def test_json_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(render(record(result("HLT-01", "passed"))), encoding="utf-8")
    words = ["issues", "plan", "results.json", "--json", "results.json/plan.json"]
    smoke = str(Path(sys.executable).with_name("vibehq-smoke"))
    done = subprocess.run([smoke, *words], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("vibehq-smoke: --json results.json/plan.json: cannot be written: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_plan_tells_of_files_that_nobody_can_read(tmp_path: Path) -> None:
    run = record(result("HLT-01", priority="p0"), findings=(finding("health-api", symptom("HLT-01", "p0")),))
    (tmp_path / "results.json").write_text(render(run), encoding="utf-8")
    smoke = str(Path(sys.executable).with_name("vibehq-smoke"))
    for command in ("sync", "plan"):
        words = [smoke, "issues", command, "results.json", "--json", f"{command}.json"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
        file = tmp_path / "reports" / "issues" / "0001.md"
        file.write_text(file.read_text(encoding="utf-8").replace("state: open\n", "state: opn\n"), encoding="utf-8")
    (note,) = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["notes"]
    assert "state: 'opn' is not allowed" in note
    assert f"note: {note}\n" in done.stdout


def test_a_source_shows_what_it_speaks_of_and_titles_without_their_gaps(tmp_path: Path) -> None:
    smoke = str(Path(sys.executable).with_name("vibehq-smoke"))
    (tmp_path / "tsc.txt").write_text("src/a.ts(1,2): error TS2322: @ann owns it.\n", encoding="utf-8")
    (tmp_path / "silent.json").write_text('[{"filePath": "a.js", "messages": []}]', encoding="utf-8")
    words = [smoke, "issues", "typescript", "tsc.txt", "--sync"]
    first = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert "TS2322: @ann owns it.: " in first.stdout
    words = [smoke, "issues", "lint", "silent.json"]
    other = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert other.stdout == "Plan for folder reports/issues:\nNothing to do.\n"
