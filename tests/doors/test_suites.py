"""The shipped suites, as a person runs them by name."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.checks.running import lab
from tests.checks.switching import count, credentials
from vibehq_smoke.config import Target, load_suite
from vibehq_smoke.host import shipped

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
ROOT = Path(__file__).parents[2]
READING = {"GET", "HEAD", "OPTIONS"}
BADLY_WANTED = {"INF-01", "INF-08", "INF-10", "API-08", "WRK-05"}
TABLES = {
    "DB_HEALTH": ("health_checks", "worker_health_checks"),
    "DB_OPS": (
        "patch_events",
        "delivery_reports",
        "ops_scans",
        "ops_issues",
        "hil_requests",
        "ai_provider_assignments",
    ),
}
PRODUCTION = """
[targets.production]
base_url = "{base_url}"
environment = "production"

[targets.production.workers]
{workers}

[targets.production.auth]
kind = "bearer"
token_env = "SMOKE_TEST_SESSION"

[targets.production.service_auth]
kind = "bearer"
token_env = "SMOKE_TEST_SERVICE"

[targets.production.operator]
kind = "embedded"
url = "{operator}"
"""

Record = dict[str, Any]
Run = Callable[..., Record]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a suite in an empty folder, and gives what results.json says."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, code: int = 0, **variables: str) -> Record:
        done = subprocess.run(
            [SMOKE, "run", *arguments, "--quiet", "--out", "out"],
            capture_output=True, text=True, timeout=120, check=False, env=os.environ | variables,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        record: Record = json.loads((tmp_path / "out" / "results.json").read_text())
        return record

    return call


@pytest.fixture(scope="module")
def healthy() -> Iterator[Target]:
    """A lab that some tests here share."""
    with lab() as target:
        yield target


def listed(suite: str) -> dict[str, Record]:
    """What would run, by id."""
    done = subprocess.run([SMOKE, "list", suite, "--json"], capture_output=True, text=True, timeout=60, check=True)
    return {spec["id"]: spec for spec in json.loads(done.stdout)}


def families(ids: dict[str, Record]) -> set[str]:
    """Ids without the workers in them."""
    return {id_.partition("[")[0] for id_ in ids}


def evidence(record: Record, kind: str) -> list[Record]:
    """All evidence of one kind, that of checks that ran along included."""
    return [seen for check in record["checks"] for seen in check["evidence"] if seen["kind"] == kind]


def signed_in(target: Target) -> str:
    """The id of a session, as a person would configure it."""
    account = credentials(target)
    connection = HTTPConnection(urlsplit(target.base_url).netloc, timeout=10)
    connection.request("GET", "/api/auth/csrf-token")
    reply = connection.getresponse()
    token = json.loads(reply.read())["data"]["token"]
    cookie = (reply.getheader("set-cookie") or "").partition(";")[0]
    body = json.dumps({"email": account["email"], "password": account["password"]})
    headers = {"content-type": "application/json", "cookie": cookie, "x-csrf-token": token}
    connection.request("POST", "/api/auth/login", body, headers)
    session: str = json.loads(connection.getresponse().read())["data"]["sessionId"]
    connection.close()
    return session


def as_production(target: Target, folder: Path) -> dict[str, str]:
    """Write a smoke.toml that calls the lab production; gives the variables that it names."""
    workers = "\n".join(
        f'{name} = {{ url = "{one.url}", type = "{one.type}" }}' for name, one in target.workers.items()
    )
    text = PRODUCTION.format(base_url=target.base_url, workers=workers, operator=target.operator.url)
    (folder / "smoke.toml").write_text(text)
    return {"SMOKE_TEST_SESSION": signed_in(target), "SMOKE_TEST_SERVICE": credentials(target)["service_token"]}


def test_every_check_is_in_stage_smoke_and_in_nightly() -> None:
    everything = listed("stage-smoke")

    beyond = {id_ for id_ in families(everything) if id_.startswith("EDGE-")}
    assert len(families(everything) - beyond) == 104
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [spec for spec in everything.values() if f"| `{spec['category']}` |" not in readme]
    assert listed("nightly").keys() == everything.keys()
    assert listed("quick").keys() | listed("post-deploy").keys() < everything.keys()


@pytest.mark.parametrize("command", ["run", "list"])
def test_the_help_names_the_shipped_suites(command: str) -> None:
    told = subprocess.run([SMOKE, command, "--help"], capture_output=True, text=True, timeout=30, check=True).stdout

    assert not [file.stem for file in shipped("suites").glob("*.toml") if file.stem not in told], told


def test_the_page_of_the_suites_names_them_all_and_its_examples_load(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "suites.md").read_text(encoding="utf-8")
    loaded = []
    for example in re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        (tmp_path / "mine.toml").write_text(example)
        loaded.append(load_suite(tmp_path / "mine.toml", env={}))

    assert not [file.stem for file in shipped("suites").glob("*.toml") if f"| `{file.stem}` |" not in page]
    sinks = {"before-lunch": (), "after-deployment": ("github",), "over-a-bad-line": ()}
    assert {suite.name: suite.sinks for suite in loaded} == sinks


def test_nightly_watches_the_console_for_as_long_as_the_check_can() -> None:
    assert listed("nightly")["UI-04"]["deadline_s"] == 75
    assert listed("stage-smoke")["UI-04"]["deadline_s"] == 50


def test_quick_asks_what_matters_most_and_is_soon_done(run: Run) -> None:
    record = run("quick")

    shown = {check["id"]: check for check in record["checks"] if not check["hidden"]}
    assert families(shown) == BADLY_WANTED
    assert {check["outcome"] for check in shown.values()} == {"passed"}
    assert {check["priority"] for check in shown.values()} == {"p0"}
    assert record["created"] == []
    assert not evidence(record, "callback") + evidence(record, "page")
    # About a second where nothing else runs; the tests run beside others.
    assert record["run"]["duration_s"] < 10


def test_post_deploy_only_reads_from_production(run: Run, healthy: Target, tmp_path: Path) -> None:
    variables = as_production(healthy, tmp_path)
    before = [count(healthy, database, tables) for database, tables in TABLES.items()]
    record = run("post-deploy", "--target", "production", **variables)

    assert record["run"]["environment"] == "production"
    assert {check["outcome"] for check in record["checks"] if check["mode"] != "browser"} == {"passed"}
    assert record["totals"]["executed"] >= 40
    sent = [seen["exchange"]["method"] for seen in evidence(record, "http")]
    assert len(sent) > 50
    assert set(sent) <= READING
    pages = [line.split() for seen in evidence(record, "page") for line in (seen["detail"] or "").splitlines()]
    assert {words[0] for words in pages} <= {"GET", "WebSocket"}
    assert not [seen for seen in evidence(record, "rpc") if seen["summary"].startswith(("fault", "cron"))]
    assert record["created"] == []
    assert [count(healthy, database, tables) for database, tables in TABLES.items()] == before


def test_what_post_deploy_leaves_out_is_not_shown_as_skipped(healthy: Target) -> None:
    left_out = listed("stage-smoke").keys() - listed("post-deploy").keys()

    assert {"HLT-01", "API-11", "ERR-02", "ERR-07", "FAC-06", "WRK-03[agent-factory]", "AIP-05"} <= left_out


@pytest.mark.parametrize("suite", ["quick", "post-deploy"])
def test_a_broken_deployment_falls_a_gate(suite: str, run: Run, healthy: Target, tmp_path: Path) -> None:
    variables = as_production(healthy, tmp_path) | {"SMOKE_TEST_SESSION": "expired"}
    record = run(suite, "--target", "production", "-m", "not browser", code=1, **variables)

    assert record["root_causes"] == ["auth"]


def test_a_run_that_saw_next_to_nothing_is_not_green(run: Run, healthy: Target, tmp_path: Path) -> None:
    (tmp_path / "smoke.toml").write_text(
        f'[targets.bare]\nbase_url = "{healthy.base_url}"\nenvironment = "production"\nbrowser = "none/of/these"\n'
    )
    record = run("quick", "--target", "bare", code=1)

    assert [gate["name"] for gate in record["gates"] if not gate["held"]] == ["enough checks executed"]
