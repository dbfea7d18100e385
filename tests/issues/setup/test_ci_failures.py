"""create-issues-on-failure.yml: from the log of a failed job to an issue, and from its successes to its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.github.double import ACTIONS_TOKEN, RunningDouble, running_double
from tests.issues.setup.runner import Done, Runner, named, shipped
from tests.issues.setup.server import Server, serving

pytestmark = pytest.mark.issues

WORKFLOW = shipped("workflows/create-issues-on-failure.yml")
GET, SETTLE = "Get the logs of the jobs that failed", "Open, update or close issues"
OPEN = "/repos/acme/hq/issues?labels=smoke-test,ci-failure&state=open&per_page=1"
LOG = """\
2026-05-01T05:31:00.0000000Z ##[group]Run npm test
2026-05-01T05:31:00.1000000Z npm test
2026-05-01T05:31:00.2000000Z ##[endgroup]
2026-05-01T05:31:02.0000000Z src/routes/index.ts(42,7): error TS2304: Cannot find name '$(touch harm)'.
2026-05-01T05:31:02.5000000Z ##[error]Process completed with exit code 2.
"""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def storage() -> Iterator[Server]:
    """Where GitHub keeps logs: another host, which must not see the token."""
    with serving("127.0.0.2") as running:
        yield running


@pytest.fixture
def github() -> Iterator[RunningDouble]:
    with running_double() as double:
        yield double


def jobs(*ended: tuple[int, str | None, str]) -> dict[str, Any]:
    return {"jobs": [{"id": number, "conclusion": conclusion, "name": name} for number, conclusion, name in ended]}


def page(number: int, run: int = 500) -> str:
    return f"/repos/acme/hq/actions/runs/{run}/attempts/1/jobs?per_page=100&page={number}"


def after(folder: Path, server: Server, github: RunningDouble | None, run: int = 500) -> tuple[Done, Done | None]:
    """Both steps, after a run of the workflow ``test`` on main."""
    place = {"GITHUB_REPOSITORY": "acme/hq", "GITHUB_REF_NAME": "main", "GITHUB_SERVER_URL": "https://github.com"}
    event = {
        "id": str(run), "run_attempt": "1", "name": "test", "head_sha": "4f1c2d3" * 5 + "abcde",
        "html_url": f"https://github.com/acme/hq/actions/runs/{run}",
    }  # fmt: skip
    values = {f"github.event.workflow_run.{name}": value for name, value in event.items()}
    values |= {"runner.temp": str(folder), "github.token": ACTIONS_TOKEN, "secrets.VIBEHQ_SMOKE_MARKER_KEY": "k" * 40}
    got = Runner(folder, {**place, "GITHUB_API_URL": server.url}).run(named(WORKFLOW, GET), values)
    if github is None:
        return got, None
    assert got.code == 0, got.shown
    settled = Runner(folder, {**place, "GITHUB_API_URL": github.url}).run(named(WORKFLOW, SETTLE), values)
    assert settled.code == 0, settled.shown
    return got, settled


def test_the_logs_of_the_failed_jobs_are_fetched_and_the_token_goes_nowhere_else(
    tmp_path: Path, server: Server, storage: Server
) -> None:
    server.documents[OPEN] = []
    server.documents[page(1)] = jobs(*((number, "success", f"job {number}") for number in range(100)))
    server.documents[page(2)] = jobs((200, "failure", "build"), (201, "timed_out", "test (3.11)"), (202, None, "odd"))
    server.elsewhere["/repos/acme/hq/actions/jobs/200/logs"] = f"{storage.url}/blob/200"
    storage.texts["/blob/200"] = LOG
    got, _ = after(tmp_path, server, None)
    assert got.code == 0, got.shown
    assert (tmp_path / "logs/200.log").read_text() == LOG
    assert (tmp_path / "logs/201.log").read_text() == "The log of this job could not be fetched.\n"
    assert {asked.authorization for asked in server.asked} == {f"Bearer {ACTIONS_TOKEN}"}
    assert [(asked.path, asked.authorization) for asked in storage.asked] == [("/blob/200", None)]
    assert len((tmp_path / "logs/jobs.tsv").read_text().splitlines()) == 103
    assert ACTIONS_TOKEN not in got.shown


def test_a_job_that_fails_gets_an_issue_and_its_successes_close_it(
    tmp_path: Path, server: Server, github: RunningDouble
) -> None:
    failing = 'test ("$(touch harm)")\t`touch harm`'
    for run in (500, 501):
        server.documents |= {OPEN: [], page(1, run): jobs((run + 1000, "failure", failing), (7, "success", "lint"))}
        server.texts[f"/repos/acme/hq/actions/jobs/{run + 1000}/logs"] = LOG
        after(tmp_path, server, github, run)
        github.advance(3600)
    (issue,) = github.repository.issues.values()
    names = {github.repository.labels[label].name for label in issue.now.labels}
    assert {"smoke-test", "ci-failure"} <= names
    assert "TS2304" in issue.now.title
    assert "https://github.com/acme/hq/actions/runs/501/job/1501" in (issue.now.body or "")
    assert not list(tmp_path.rglob("harm"))

    for run in (502, 503, 504):
        assert issue.now.state == "open"
        server.documents[page(1, run)] = jobs((run + 1000, "success", failing), (run + 2000, "success", "lint"))
        after(tmp_path, server, github, run)
        github.advance(3600)
    assert (issue.now.state, issue.now.state_reason) == ("closed", "completed")
    assert len(github.repository.issues) == 1


def test_a_success_is_told_only_where_there_is_something_to_prove(
    tmp_path: Path, server: Server, github: RunningDouble
) -> None:
    server.documents |= {OPEN: [], page(1): jobs((1, "success", "lint"), (2, "skipped", "deploy"))}
    after(tmp_path, server, github)
    assert github.log == []
    server.documents[OPEN] = [{"number": 1}]
    after(tmp_path, server, github)
    assert len(github.log) > 0
    assert github.writes == []
