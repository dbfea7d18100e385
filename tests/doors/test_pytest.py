"""pytest's front door: check items behave as pytest users expect."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.stub import Answer, Stub

Pytest = Callable[..., pytest.RunResult]


@pytest.fixture
def run(project: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Pytest:
    """pytest as a subprocess in the user's project, against the stub."""
    monkeypatch.chdir(project)

    def call(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess(
            f"--rootdir={project}", str(project / "mine.toml"), "--target", "stub", *arguments, timeout=60
        )

    return call


def test_each_check_is_an_item_with_a_stable_node_id(run: Pytest) -> None:
    done = run("--collect-only", "-q")
    assert [line for line in done.outlines if "::" in line] == [f"mine.toml::ONE-0{n}" for n in (1, 2, 3)]


def test_collecting_asks_the_platform_nothing(run: Pytest, stub: Stub) -> None:
    assert run("--collect-only").ret == 0
    assert stub.asked == []


def test_a_healthy_platform_passes_and_shows_the_matrix(run: Pytest, project: Path) -> None:
    done = run("-v")
    done.assert_outcomes(passed=3)
    done.stdout.fnmatch_lines(["mine.toml::ONE-01 PASSED*", "*component health*", "*health-api*"])
    assert (project / "reports" / "latest" / "results.json").is_file()


def test_blocked_and_degraded_are_outcomes_of_their_own(run: Pytest, stub: Stub) -> None:
    stub.answers["/one"] = Answer({}, 500)
    stub.answers["/three"] = Answer({"value": 200})
    done = run("-v", "-rA")
    done.stdout.fnmatch_lines(["*ONE-01 FAILED*", "*ONE-02 BLOCKED*", "*ONE-03 DEGRADED*", "*1 failed*1 blocked*"])
    assert done.parseoutcomes() == {"failed": 1, "blocked": 1, "degraded": 1}
    assert done.ret == 1


def test_a_failure_shows_what_was_asked_and_how_to_repeat_it(run: Pytest, stub: Stub) -> None:
    stub.answers["/one"] = Answer({"value": "many"})
    done = run()
    done.stdout.fnmatch_lines(["*ONE-01 the first thing is there*", "*curl*/one*", "*vibehq-smoke run*-k ONE-01*"])


def test_plain_asserts_are_explained(run: Pytest, stub: Stub) -> None:
    stub.answers["/two"] = Answer({"value": 7})
    run().stdout.fnmatch_lines(["*assert 7 == (1 + 1)*"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-k", "ONE-03"], ["ONE-03"]),
        (["-k", "second_thing"], ["ONE-02"]),
        (["-k", "analytics-api"], ["ONE-03"]),
        (["-m", "p0"], ["ONE-01"]),
        (["-m", "mine and http and not p0"], ["ONE-02", "ONE-03"]),
        (["--category", "mine"], ["ONE-01", "ONE-02", "ONE-03"]),
    ],
)
def test_selection(run: Pytest, arguments: list[str], expected: list[str]) -> None:
    done = run("--collect-only", "-q", *arguments)
    assert [line.partition("::")[2] for line in done.outlines if "::" in line] == expected


def test_a_node_id_selects_one_check_and_runs_what_it_needs(run: Pytest, project: Path, stub: Stub) -> None:
    done = run("--deselect", "mine.toml::ONE-01", "--deselect", "mine.toml::ONE-03")
    done.assert_outcomes(passed=1, deselected=2)
    assert "/one" in stub.asked


@pytest.mark.parametrize("option", ["-x", "--maxfail=1"])
def test_stopping_at_the_first_failure_cancels_what_runs(run: Pytest, stub: Stub, option: str) -> None:
    stub.answers["/one"] = Answer({}, 500)
    stub.answers["/three"] = Answer({"value": 3}, delay_s=30)
    done = run(option)
    assert done.ret == 1
    assert done.duration < 25
    assert done.parseoutcomes()["failed"] == 1


def test_last_failed_runs_only_what_failed(run: Pytest, stub: Stub) -> None:
    stub.answers["/three"] = Answer({}, 500)
    assert run().ret == 1
    done = run("--lf", "-v")
    assert done.parseoutcomes()["failed"] == 1
    assert "ONE-01 PASSED" not in done.stdout.str()


def test_xdist_runs_a_suite_in_one_worker_and_reports_it_whole(run: Pytest, stub: Stub, project: Path) -> None:
    stub.answers["/one"] = Answer({}, 500)
    done = run("-n", "2")
    assert done.parseoutcomes() == {"failed": 1, "blocked": 1, "passed": 1}
    assert stub.asked.count("/one") == 1
    assert '"collected": 3' in (project / "reports" / "latest" / "results.json").read_text()


def test_xdist_runs_a_suite_from_elsewhere_in_one_worker_too(
    project: Path, pytester: pytest.Pytester, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    call = (f"--rootdir={pytester.path}", str(project / "mine.toml"), "--target", "stub", "-n", "2")
    done = pytester.runpytest_subprocess(*call, timeout=60)
    done.assert_outcomes(passed=3)
    assert stub.asked.count("/one") == 1, "each worker ran it for itself"


def test_xdist_finds_suites_in_a_folder_and_reports_them_whole(
    project: Path, pytester: pytest.Pytester, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    done = pytester.runpytest_subprocess(
        f"--rootdir={project}", str(project), "--target", "stub", "-n", "2", timeout=60
    )
    done.assert_outcomes(passed=3)
    assert stub.asked.count("/one") == 1, "each worker ran it for itself"
    run = json.loads((project / "reports" / "latest" / "results.json").read_text())
    assert run["run"]["suites"] == ["mine"]
    assert run["totals"]["collected"] == 3


def test_junit_xml_carries_outcomes_and_the_checks_own_time(run: Pytest, stub: Stub, project: Path) -> None:
    stub.answers["/two"] = Answer({"value": 2}, delay_s=0.3)
    stub.answers["/three"] = Answer({}, 500)
    run(f"--junitxml={project}/junit.xml")
    cases = {case.get("name"): case for case in ElementTree.parse(project / "junit.xml").iter("testcase")}  # noqa: S314 - our own file
    assert set(cases) == {"ONE-01", "ONE-02", "ONE-03"}
    assert cases["ONE-03"].find("failure") is not None
    assert float(cases["ONE-02"].get("time", "0")) >= 0.3
    assert float(cases["ONE-01"].get("time", "9")) < 0.3


def test_pytest_html_shows_the_checks_and_escapes_what_the_target_said(run: Pytest, stub: Stub, project: Path) -> None:
    stub.answers["/one"] = Answer({"value": "<script>alert(1)</script>"})
    run(f"--html={project}/page.html", "--self-contained-html")
    page = (project / "page.html").read_text()
    assert "ONE-01" in page
    assert "<script>alert(1)" not in page


def test_a_crash_of_a_check_is_an_error_with_its_traceback(run: Pytest, project: Path) -> None:
    plugin = project / "plugins" / "mine.py"
    plugin.write_text(
        plugin.read_text().replace("    assert second.value", "    {}['missing']\n    assert second.value")
    )
    done = run()
    assert done.parseoutcomes() == {"passed": 2, "errors": 1}
    done.stdout.fnmatch_lines(["*KeyError: 'missing'*"])


def test_bad_configuration_is_a_usage_error(run: Pytest, project: Path) -> None:
    (project / "smoke.toml").write_text('[targets.stub]\nbase_url = "http://localhost"\ncolour = "red"\n')
    done = run()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*smoke.toml:3:*colour*"])
    assert "INTERNALERROR" not in done.stdout.str() + done.stderr.str()


def test_an_unreachable_platform_fails_the_run(run: Pytest, project: Path) -> None:
    (project / "smoke.toml").write_text('[targets.stub]\nbase_url = "http://localhost:9"\nenvironment = "local"\n')
    done = run()
    assert done.ret == 1
    assert done.parseoutcomes() == {"blocked": 3}


def test_ordinary_tests_use_the_target_through_a_fixture(pytester: pytest.Pytester, project: Path) -> None:
    test = project / "test_mine.py"
    test.write_text(
        "def test_it(vibehq):\n"
        "    assert vibehq.anonymous.get('/one').expect(status=200)['value'] == 1\n"
        "    assert vibehq.base_url.startswith('http://localhost')\n"
        "    assert vibehq.hq.tag.startswith('smoke-')\n"
    )
    done = pytester.runpytest_subprocess(
        f"--rootdir={project}", f"--smoke-config={project}/smoke.toml", str(test), "--target", "stub", timeout=60
    )
    done.assert_outcomes(passed=1)


def test_pytest_elsewhere_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): assert True")
    pytester.makefile(".toml", other="[tool]\nx = 1\n")
    done = pytester.runpytest_subprocess(timeout=60)
    done.assert_outcomes(passed=1)
    assert "component health" not in done.stdout.str()
    assert not (pytester.path / "reports").exists()
