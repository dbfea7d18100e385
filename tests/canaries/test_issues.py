"""What leaves for a tracker, and what is kept of it: no canary, whether or not the run's own report was clean."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.github.double import Fault, Request, RunningDouble, running_double
from tests.github.double.state import Account
from vibehq_smoke.cli import crash
from vibehq_smoke.issues.batch import Batch
from vibehq_smoke.issues.clock import SystemClock
from vibehq_smoke.issues.desk import Desk
from vibehq_smoke.issues.settings import Settings
from vibehq_smoke.issues.writing.smoke import smoke_batch
from vibehq_smoke.models import Outcome, RunRecord

from .conftest import Spilled, told
from .encoding import CARRIERS, WAYS, planted
from .kinds import LETTERS, Canary
from .planting import Project
from .searching import leaks_in, markers_in

pytestmark = pytest.mark.issues

TOKEN = Canary("token of GitHub", "gh" + "p_" + LETTERS[5:41], LETTERS[5:41])


ENDINGS = ("fails", "degrades", "crashes")


class Overheard:
    """Everything that a GitHub was sent."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Fault | None:
        self.requests.append(request)
        return None

    @property
    def text(self) -> str:
        """All of it but the header with the token."""
        lines = [f"{one} {one.body.decode()} {_open_headers(one)}" for one in self.requests]
        return "\n".join(lines)


def _open_headers(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name != "authorization"}


@pytest.fixture
def github() -> Iterator[RunningDouble]:
    """In virtual time; it knows the token."""
    with running_double() as double:
        double.accounts[TOKEN.text] = Account("hq-bot")
        yield double


def later(record: RunRecord, hours: int, *, holds: bool = False, says: str = "") -> RunRecord:
    """The same run at another time: as it was, or all is well."""
    started = record.run.started_at + timedelta(hours=hours)
    run = record.run.model_copy(update={"id": f"later-{hours}", "started_at": started, "deploy": f"v{hours}"})
    record = record.model_copy(update={"run": run})
    if not holds:
        return record
    held = {"outcome": Outcome.PASSED, "reason": None, "kind": None, "traceback": None}
    results = tuple(result.model_copy(update=held) for result in record.checks)
    return record.model_copy(update={"checks": results, "findings": ()})


def apart(record: RunRecord) -> RunRecord:
    """The same run with a cause for each check, so that each has an issue and nothing is clipped."""
    findings = [
        finding.model_copy(update={"symptoms": (symptom,), "checks": (symptom.subject,), "reason": symptom.message})
        for finding in record.findings
        for symptom in finding.symptoms
        if _is_shown(symptom.subject)
    ]
    return record.model_copy(update={"findings": tuple(findings)})


def _is_shown(check: str) -> bool:
    """One check for each canary."""
    _, number, ending = check.split("-")
    return ending == ENDINGS[int(number) % len(ENDINGS)]


def read(path: Path) -> RunRecord:
    """What a run has written."""
    return apart(RunRecord.model_validate_json(path.read_text(encoding="utf-8")))


def dirty(record: RunRecord, canaries: tuple[Canary, ...]) -> RunRecord:
    """The same run, told by a harness that masks nothing."""
    results = []
    for number, result in enumerate(record.checks):
        canary = canaries[number % len(canaries)]
        said = [planted(canary, carrier, way) for carrier, way in zip([*CARRIERS] * 3, WAYS, strict=False)]
        turn = said[number // len(canaries) :: 3]
        long = "\n".join(turn)
        results.append(
            result.model_copy(
                update={
                    "reason": turn[0],
                    "title": f"{result.title} {turn[1]}",
                    "notes": (*turn, long),
                    "log": tuple(turn),
                    "traceback": f"{'x' * 900}\n{long}\n" * 3,
                    "description": turn[2],
                }
            )
        )
    findings = tuple(
        finding.model_copy(update={"reason": planted(canary, "a sentence", way)})
        for finding, canary, way in zip(record.findings, canaries * 9, [*WAYS] * 99, strict=False)
    )
    return record.model_copy(update={"checks": tuple(results), "findings": findings})


def settle(project: Project, github: RunningDouble, record: RunRecord) -> Batch:
    """A sync as the command does it, in the double's time: real time would pass between writes."""
    env = {**project.env, "GITHUB_TOKEN": TOKEN.text, "GITHUB_API_URL": github.enterprise_url}
    history = project.folder / "github" / "history.db"
    config = project.folder / "smoke.toml"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        settings = Settings.gathered(config, os.environ)
        batch = settings.clean(smoke_batch(settings.clean(record), settings.surroundings, settings.policy))
        with Desk.open(settings, "acme/hq", Path("unused"), history, clock=github.clock) as desk:
            outcome = desk.sync.sync(batch)
    assert outcome.is_complete
    github.advance(3600)
    return batch


def on(github: RunningDouble) -> str:
    """Everything that a visitor of the repository could read."""
    return "\n".join(
        json.dumps([issue.now.title, issue.now.body, [comment.body for comment in issue.comments]])
        for issue in github.repository.issues.values()
    )


def test_no_canary_is_on_github(spilled: Spilled, github: RunningDouble) -> None:
    github.faults.hook = overheard = Overheard()
    project = spilled.project
    clean = read(spilled.run.out / "results.json")
    start = github.clock.now() - clean.run.started_at
    clean = later(clean, int(start.total_seconds() // 3600))
    settle(project, github, clean)
    opened = len(github.repository.issues)
    assert opened > len(project.canaries) / 2, "most canaries had no issue to get into"
    settle(project, github, later(clean, 1))
    formed = tuple(canary for canary in project.canaries if canary.look != "key")
    settle(project, github, dirty(later(clean, 2), formed))
    for hours in (3, 4, 5):
        settle(project, github, later(clean, hours, holds=True))
    assert all(issue.now.state == "closed" for issue in github.repository.issues.values())
    seen = (TOKEN, *project.canaries)
    everything = Project(project.folder, seen, {})
    bodies = [one.body.decode() for one in overheard.requests if one.is_write]
    assert sum("comment" in one.path for one in overheard.requests if one.is_write) > len(project.canaries) / 2
    assert markers_in("\n".join(bodies)), "no marker was found, so none was looked into"
    assert everything.leaks_in_issue(overheard.text) == []
    assert everything.leaks_in_issue(on(github)) == []
    assert everything.leaks_in_issue("\n".join(str(one.path) for one in github.log)) == []
    assert everything.leaks_in_files(project.folder / "github") == []


def test_no_canary_gets_through_the_commands(spilled: Spilled) -> None:
    project = spilled.project
    made = project.folder / "made" / "issues"
    made.mkdir(parents=True)
    (made / "results.json").write_bytes((spilled.run.out / "results.json").read_bytes())
    said = ""
    with running_double(clock=SystemClock()) as github:
        github.accounts[TOKEN.text] = Account("hq-bot")
        github.faults.hook = overheard = Overheard()
        env = {"GITHUB_TOKEN": TOKEN.text, "GITHUB_API_URL": github.enterprise_url}
        places = {"folder": ("--folder", f"{made}/files"), "github": ("--repo", "acme/hq")}
        for (name, place), word in itertools.product(places.items(), ("plan", "sync")):
            kept = ("--history", f"{made}/{name}.db", "--json", f"{made}/{name}-{word}.json")
            done = told(project, "issues", word, f"{made}/results.json", *place, *kept, **env)
            assert done.code == 0, done.said[-1500:]
            said += done.said
        assert len(github.repository.issues) == 1
    (made / "said").write_text(said, encoding="utf-8")
    everything = Project(project.folder, (TOKEN, *project.canaries), {})
    assert everything.leaks_in_issue(overheard.text) == []
    assert everything.leaks_in_files(made) == []


@pytest.mark.parametrize("place", ["https://app:{}@h.invalid/api/v3", "http://h.invalid/?token={}", "https://h/{} x"])
def test_an_address_with_a_canary_in_it_is_refused_without_saying_it(spilled: Spilled, place: str) -> None:
    env = {"GITHUB_TOKEN": "x" * 20, "GITHUB_API_URL": place.format(TOKEN.text)}
    done = told(spilled.project, "issues", "sync", "out/results.json", "--repo", "acme/hq", **env)
    assert done.code == 2
    assert leaks_in(done.said, [TOKEN]) == []
    repo = f"https://{TOKEN.text}@github.com/acme/hq.git"
    done = told(spilled.project, "issues", "sync", "out/results.json", "--repo", repo)
    assert done.code == 2
    assert leaks_in(done.said, [TOKEN]) == []


def test_a_crash_says_no_secret(spilled: Spilled, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in spilled.project.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(spilled.project.folder)
    for canary in spilled.project.canaries:
        said = crash.told(ValueError(planted(canary, "Python" if canary.look == "key" else "an exception", "plain")))
        assert "ValueError" in said
        assert leaks_in(said, [canary]) == []
