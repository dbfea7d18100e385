"""Ordinary tests of pytest that use the fixture ``vibehq`` are proved as checks are."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CONFIG
from tests.stub import Answer, Stub, stub_platform

from .conftest import SECRET, SMOKE
from .users import CONFTEST, TESTS, answer, called, pytest_in

VACUOUS = {
    "test_weak_asks_nothing": "it judges nothing",
    "test_weak_asserts_nothing": "it judges nothing",
    "test_weak_only_the_status": "'body'",
    "test_weak_catches_its_own": "'status'",
    "test_weak_constant": "it judges nothing",
    "test_weak_default": "'missing field'",
}
UNPROVED = {
    "test_skipped": "it skipped when it was recorded: not today",
    "test_failed": "it failed when it was recorded: assert 2 == 3",
    "test_may_fail": "it xfailed when it was recorded: it is marked xfail",
    "test_leaves_something_behind": "it passes at its first replay, and failed at a later one",
    "test_goes_past_the_fixture": "ask the target by way of the fixture",
}
STRONG = [
    "test_strong", "test_own_id", "test_polling", "test_for_ever", "test_the_total_of_a_shared_thing",
    "test_the_id_of_a_shared_thing", "test_own_fixtures", "test_many[/thing-names0]", "test_many[/one-names1]",
    "TestInAClass::test_method", "InTheOldWay::test_case", "test_dynamic", "test_threads", "test_a_loop_of_its_own",
    "test_what_waits", "test_freshness", "test_token", "test_ends_pytest",
]  # fmt: skip


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's folder with a recording. The platform is gone by then."""
    folder = tmp_path_factory.mktemp("users")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -x -n2 --dist=loadfile\n")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_mine.py").write_text(TESTS)
    with stub_platform() as stub:
        answer(stub)
        (folder / "smoke.toml").write_text(CONFIG.format(url=stub.base_url))
        words = ("test_mine.py", "--target", "stub", "--smoke-record", "run.json.gz", "-n0", "--maxfail=0")
        done = pytest_in(folder, *words)
    assert "recorded what 30 test(s) saw: run.json.gz" in done.stdout, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def proof(recorded: Path) -> dict[str, Any]:
    """The whole proof of the tests."""
    done = called(recorded, SMOKE, "prove", "test_mine.py", "--recording", "run.json.gz", "--json", "proof.json")
    assert done.returncode == 1, done.stdout + done.stderr
    document: dict[str, Any] = json.loads((recorded / "proof.json").read_text())
    return document


def of(proof: dict[str, Any], name: str) -> dict[str, Any]:
    """What is told of one test."""
    told: dict[str, Any] = proof["by_check"][f"test_mine.py::{name}"]
    return told


def names(node_ids: list[str]) -> set[str]:
    """Node ids without the file."""
    return {one.partition("::")[2] for one in node_ids}


@pytest.mark.parametrize("name", STRONG)
def test_a_strong_test_is_proved(proof: dict[str, Any], name: str) -> None:
    told = of(proof, name)
    assert told["unproved"] is None
    assert told["vacuous"] == told["weak"] == told["survived"] == []
    assert told["caught"] == told["mutants"] >= 10


@pytest.mark.parametrize(("name", "reason"), VACUOUS.items())
def test_a_vacuous_test_is_named_for_its_reason(proof: dict[str, Any], name: str, reason: str) -> None:
    assert reason in " ".join(of(proof, name)["vacuous"])


def test_nobody_else_is_called_vacuous_or_weak(proof: dict[str, Any]) -> None:
    assert names(proof["vacuous"]) == set(VACUOUS)
    assert names(proof["weak"]) - set(VACUOUS) == {"test_weak_empty_loop"}
    assert "$.items of GET /empty, which was empty" in " ".join(of(proof, "test_weak_empty_loop")["weak"])


@pytest.mark.parametrize(("name", "reason"), UNPROVED.items())
def test_what_cannot_be_proved_says_why(proof: dict[str, Any], name: str, reason: str) -> None:
    told = of(proof, name)
    assert reason in told["unproved"]
    assert told["mutants"] == 0


def test_nobody_else_is_unproved_and_nobody_is_alarmed(proof: dict[str, Any]) -> None:
    assert names(list(proof["unproved"])) == set(UNPROVED)
    assert proof["harmless"] > 50
    assert proof["false_alarms"] == []


def test_a_test_of_something_else_is_left_alone(proof: dict[str, Any]) -> None:
    assert len(proof["by_check"]) == len(STRONG) + len(VACUOUS) + len(UNPROVED) + 1
    assert "test_of_something_else" not in names(list(proof["by_check"]))


def test_no_secret_is_on_tape(recorded: Path) -> None:
    text = gzip.decompress((recorded / "run.json.gz").read_bytes()).decode()
    assert "/thing" in text
    assert SECRET not in text


def test_waiting_costs_no_time(recorded: Path) -> None:
    words = ("--recording", "run.json.gz", "-k", "test_polling", "--json", "polling.json")
    done = called(recorded, SMOKE, "prove", "test_mine.py", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads((recorded / "polling.json").read_text())
    assert told["mutants"] > 10
    assert told["duration_s"] < 20, "each of the mutants polls for 30 s"


def test_a_node_id_is_proved_alone_from_another_folder(recorded: Path) -> None:
    place = f"{recorded.name}/test_mine.py::test_strong"
    words = ("--recording", str(recorded / "run.json.gz"), "--json", str(recorded / "one.json"))
    done = called(recorded.parent, SMOKE, "prove", place, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 vacuous, 0 weak, 0 unproved" in done.stdout
    assert len(json.loads((recorded / "one.json").read_text())["by_check"]) == 1


def test_an_unknown_test_is_refused_with_the_nearest(recorded: Path) -> None:
    done = called(recorded, SMOKE, "prove", "test_mine.py", "--recording", "run.json.gz", "-k", "test_strng")
    assert done.returncode == 2
    assert "did you mean 'test_strong'?" in done.stderr


def test_prove_records_by_itself(project: Path, stub: Stub) -> None:
    answer(stub)
    (project / "tests").mkdir()
    (project / "tests" / "conftest.py").write_text(CONFTEST)
    (project / "tests" / "test_mine.py").write_text(TESTS)
    words = ("--target", "stub", "-k", "test_strong", "-k", "test_many", "-k", "test_skipped")
    done = called(project, SMOKE, "prove", "tests", *words)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_mine.py::test_skipped  unproved: it skipped when it was recorded: not today" in done.stdout
    assert "0 vacuous, 0 weak, 1 unproved" in done.stdout
    assert not (project / "reports").exists()


BAD = {
    "missing": (["tests/test_missing.py"], "there is no file tests/test_missing.py"),
    "no tests": (["tests/test_nothing.py"], "pytest finds no test in tests/test_nothing.py"),
    "no fixture": (["tests/test_plain.py"], "no test of tests/test_plain.py uses the fixture vibehq"),
    "not importable": (["tests/test_broken.py"], "No module named 'there_is_no_such_module'"),
    "no such test": (["tests/test_plain.py::test_that"], "not found: "),
    "with a suite": (["tests/test_plain.py", "mine.toml"], "are proved by themselves"),
    "with a category": (["--pytest", "tests/test_plain.py", "--category", "mine"], "are proved by themselves"),
    "no such target": (["tests/test_plain.py", "--target", "nobody"], "no target 'nobody'"),
}


@pytest.mark.parametrize(("words", "said"), BAD.values(), ids=list(BAD))
def test_what_cannot_be_done_is_refused_in_one_line(project: Path, words: list[str], said: str) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_plain.py").write_text("def test_it():\n    assert True\n")
    (project / "tests" / "test_nothing.py").write_text("")
    (project / "tests" / "test_broken.py").write_text("import there_is_no_such_module\n")
    done = called(project, SMOKE, "prove", *(words if "--target" in words else [*words, "--target", "stub"]))
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert done.stdout == ""
    assert "INTERNALERROR" not in done.stderr


def test_only_skipped_tests_are_recorded_as_such(project: Path) -> None:
    (project / "test_late.py").write_text(
        "import pytest\n\n\n@pytest.mark.skip(reason='too late')\ndef test_late(vibehq):\n    pass\n"
    )
    done = called(project, SMOKE, "prove", "test_late.py", "--target", "stub")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_late  unproved: it skipped when it was recorded: too late" in done.stdout


def test_checks_and_tests_are_recorded_side_by_side(project: Path, stub: Stub) -> None:
    answer(stub)
    stub.answers["/one"] = Answer({"value": 1, "items": []})
    (project / "test_mine.py").write_text("def test_it(vibehq):\n    vibehq.anonymous.get('/thing').expect()\n")
    done = pytest_in(project, "mine.toml", "test_mine.py", "--target", "stub", "--smoke-record", "both.json")
    assert done.returncode == 0, done.stdout + done.stderr
    tapes = json.loads((project / "both.json").read_text())["tapes"]
    assert {"ONE-01", "ONE-02", "ONE-03", "test_mine.py::test_it"} <= set(tapes)
    asked = {name: [one["question"].get("path") for one in tape["seen"]] for name, tape in tapes.items()}
    assert asked["test_mine.py::test_it"] == ["/thing"]
    assert asked["ONE-02"] == ["/two"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--smoke-record", "plugins"], "--smoke-record: plugins cannot be written"),
        (["--smoke-record", "run.json", "-n", "2"], "--smoke-record writes one file from one process: add -n 0"),
    ],
)
def test_a_recording_that_cannot_be_made_is_refused_at_once(
    project: Path, stub: Stub, words: list[str], said: str
) -> None:
    (project / "test_mine.py").write_text("def test_it(vibehq):\n    vibehq.anonymous.get('/thing').expect()\n")
    done = pytest_in(project, "test_mine.py", "--target", "stub", *words)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert said in done.stderr
    assert stub.asked == []
