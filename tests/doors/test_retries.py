"""Retries through both front doors: off by default, and what held only in the end is degraded, never passed."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.stub import Answer, Stub

from .test_run import outcomes, results, run, smoke

WRONG = {"value": "many"}
UNLUCKY = """

@check("ONE-04", component="patch-api", priority=P2, writes=True)
async def what_writes_fails(hq):
    \"""It never holds.\"""
    assert (await hq.bare.post("/four", json={})).expect()["done"]
"""
RETRYING = 'retries = 1\n[suite.select]\ncategories = ["mine"]\n'


def check(folder: Path, id_: str = "ONE-01") -> dict[str, Any]:
    return next(one for one in results(folder)["checks"] if one["id"] == id_)


@pytest.fixture
def unlucky(stub: Stub) -> Stub:
    """The first answer about the first thing is wrong, and every one about the third."""
    stub.answers["/one"] = Answer(WRONG, then={"value": 1})
    stub.answers["/three"] = Answer(WRONG)
    return stub


def test_without_being_asked_nothing_is_tried_again(project: Path, unlucky: Stub) -> None:
    assert run(project).returncode == 1
    assert outcomes(project) == {"ONE-01": "failed", "ONE-02": "blocked", "ONE-03": "failed"}
    assert (check(project)["attempts"], check(project)["earlier"]) == (1, [])


def test_what_holds_in_the_end_is_degraded_and_what_does_not_failed(project: Path, unlucky: Stub) -> None:
    done = run(project, "--retries", "1")
    assert done.returncode == 1
    assert outcomes(project) == {"ONE-01": "degraded", "ONE-02": "passed", "ONE-03": "failed"}
    assert {path: unlucky.asked.count(path) for path in ("/one", "/two", "/three")} == {
        "/one": 2,
        "/two": 1,
        "/three": 2,
    }
    held, failed = check(project), check(project, "ONE-03")
    assert (held["kind"], held["attempts"], failed["attempts"]) == ("flaky", 2, 2)
    assert held["reason"].startswith("passed on attempt 2 only; attempt 1: ")
    assert [one["outcome"] for one in (*held["earlier"], *failed["earlier"])] == ["failed", "failed"]
    assert len(held["evidence"]) == 1, "of the attempt that counts"
    assert "the first thing is there (attempt 2)" in done.stdout
    assert "attempt 2 of 2; attempt 1 said after" in done.stdout
    page = (project / "out" / "report.html").read_text()
    assert page.count("attempt 2 of 2; attempt 1 said after") == 2, "one of them says the same, one something else"
    found = {finding["component"]: finding for finding in results(project)["findings"]}
    assert [one["attempts"] for one in found["analytics-api"]["symptoms"]] == [2]
    assert [one["attempts"] for one in found["orchestrator"]["symptoms"]] == [1], "one of both attempts failed"


def test_a_suite_says_how_often_and_the_command_line_says_otherwise(project: Path, stub: Stub) -> None:
    (project / "mine.toml").write_text(f"[suite]\n{RETRYING}")
    stub.answers["/one"] = Answer(WRONG, then={"value": 1})
    assert run(project, "-k", "ONE-01").returncode == 0
    assert outcomes(project) == {"ONE-01": "degraded"}
    stub.answers["/one"] = Answer(WRONG, then={"value": 1})
    assert run(project, "-k", "ONE-01", "--retries", "0").returncode == 1
    assert outcomes(project) == {"ONE-01": "failed"}


def test_what_writes_is_tried_once(project: Path, stub: Stub) -> None:
    plugin = project / "plugins" / "mine.py"
    plugin.write_text(plugin.read_text() + UNLUCKY)
    assert run(project, "--retries", "3").returncode == 1
    assert outcomes(project)["ONE-04"] == "failed"
    assert stub.asked.count("/four") == 1


@pytest.mark.parametrize("number", ["4", "-1", "often"])
def test_a_number_that_is_none_is_refused(project: Path, number: str) -> None:
    done = run(project, "--retries", number)
    assert done.returncode == 2
    assert "--retries" in done.stderr


def test_the_recording_holds_the_attempt_that_counts(project: Path, stub: Stub) -> None:
    stub.answers["/one"] = Answer(WRONG, then={"value": 1})
    assert run(project, "--retries", "1", "--record", "run.json").returncode == 0
    tapes = json.loads((project / "run.json").read_text())["tapes"]
    bodies = {id_: [one["answer"]["body"] for one in tapes[id_]["seen"]] for id_ in ("ONE-01", "ONE-01 attempt 1")}
    assert bodies == {"ONE-01": ['{"value": 1}'], "ONE-01 attempt 1": ['{"value": "many"}']}
    done = smoke("prove", "mine.toml", "--recording", "run.json", "--json", "proof.json", folder=project)
    told = json.loads((project / "proof.json").read_text())
    assert set(told["unproved"]) == {"ONE-01"}, done.stdout + done.stderr
    assert "passed on attempt 2 only" in told["unproved"]["ONE-01"]
    assert told["by_check"]["ONE-02"]["caught"] > 0, "what needs it is replayed after the attempt that held"


def test_pytest_shows_degraded_and_the_attempts(
    project: Path, unlucky: Stub, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    words = [f"--rootdir={project}", str(project / "mine.toml"), "--target", "stub", "--smoke-retries", "1"]
    for more in ([], ["-n", "2"]):
        unlucky.answers["/one"] = Answer(WRONG, then={"value": 1})
        done = pytester.runpytest_subprocess(*words, *more, "-rA", f"--junitxml={project}/junit.xml", timeout=60)
        assert done.parseoutcomes() == {"failed": 1, "degraded": 1, "passed": 1}
        done.stdout.fnmatch_lines(["*attempt 2 of 2; attempt 1 said after*"])
        record = json.loads((project / "reports" / "latest" / "results.json").read_text())
        assert {one["id"]: one["attempts"] for one in record["checks"]} == {"ONE-01": 2, "ONE-02": 1, "ONE-03": 2}
        tree = ElementTree.parse(project / "junit.xml")  # noqa: S314 - our own file
        told = {case.get("name"): case.find("properties/property[@name='attempts']") for case in tree.iter("testcase")}
        assert {id_: one.get("value") for id_, one in told.items() if one is not None} == {"ONE-01": "2", "ONE-03": "2"}
    done = pytester.runpytest_subprocess(*words[:-1], "4", timeout=60)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*--smoke-retries*4*"])
