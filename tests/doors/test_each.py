"""One check for every worker of the target: through both front doors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.doors.test_run import outcomes, results, run, smoke
from tests.stub import Answer, Stub
from vibehq_smoke.config import load_config
from vibehq_smoke.embedded import WORKERS, EmbeddedPlatform

CHECKS = '''\
"""Checks for each worker."""

from vibehq_smoke import P1, P2, check


def part(worker):
    return f"part-{worker}"


@check("EACH-01", component=part, priority=P1, each="worker")
async def it_answers(hq, worker):
    """A worker answers."""
    assert hq.spec.case == worker
    return (await hq.worker(worker).get(f"/{worker}")).expect()["name"]


@check("EACH-02", component=part, priority=P1, each="factory", needs=[it_answers])
async def it_builds(hq, factory, name):
    """A factory knows its name."""
    assert name == factory


@check("EACH-03", component="orchestrator", priority=P2, needs=["EACH-02", it_answers, "orchestrator"])
async def all_are_known(hq, built, names, telling):
    """All names are known."""
    telling(f"{sorted(names)} {built}")


@check("EACH-04", component="orchestrator", priority=P2, each="specialist")
async def it_is_special(hq, specialist):
    """There is nothing to ask."""
'''
RESOURCE = """

from vibehq_smoke import hookimpl


@hookimpl
def vibehq_resources():
    return {"telling": lambda hq: hq.note}
"""
TYPES = {"a-factory": "factory", "b-factory": "factory", "plain": "application"}
IDS = [*(f"EACH-01[{name}]" for name in TYPES), "EACH-02[a-factory]", "EACH-02[b-factory]", "EACH-03", "EACH-04"]


@pytest.fixture
def plant(project: Path, stub: Stub) -> Path:
    """The user's folder with the checks above in place of its own, and three workers, all of them the stub."""
    (project / "plugins" / "mine.py").write_text(CHECKS + RESOURCE)
    table = "[targets.stub.workers]\n"
    for name, type_ in TYPES.items():
        table += f'{name} = {{ url = "{stub.base_url}", type = "{type_}" }}\n'
        stub.answers[f"/{name}"] = Answer({"name": name})
        stub.answers["/health-check/status"] = Answer()
    with (project / "smoke.toml").open("a") as file:
        file.write(table)
    return project


def reason(folder: Path, id_: str) -> str:
    return str(next(check["reason"] for check in results(folder)["checks"] if check["id"] == id_))


def test_there_is_one_check_for_each_worker_of_the_kind(plant: Path) -> None:
    done = run(plant)
    assert done.returncode == 0, done.stdout + done.stderr
    assert outcomes(plant) == dict.fromkeys(IDS[:-1], "passed") | {"EACH-04": "skipped"}
    record = {check["id"]: check for check in results(plant)["checks"]}
    assert [record[id_]["case"] for id_ in IDS] == [*TYPES, "a-factory", "b-factory", None, None]
    assert record["EACH-01[plain]"]["component"] == "part-plain"
    assert record["EACH-02[a-factory]"]["needs"] == ["EACH-01[a-factory]"]
    assert "no specialist: set one in [targets.stub.workers]" in record["EACH-04"]["reason"]


def test_what_needs_all_of_them_gets_their_values_by_worker(plant: Path) -> None:
    run(plant)
    check = next(check for check in results(plant)["checks"] if check["id"] == "EACH-03")
    assert check["notes"] == ["['a-factory', 'b-factory'] {'a-factory': None, 'b-factory': None}"] or check[
        "notes"
    ] == ["['a-factory', 'b-factory', 'plain'] {'a-factory': None, 'b-factory': None}"]


def test_one_worker_is_accused_and_only_what_needs_it_is_blocked(plant: Path, stub: Stub) -> None:
    stub.answers["/a-factory"] = Answer({}, 500)
    assert run(plant).returncode == 1
    seen = outcomes(plant)
    assert seen["EACH-01[a-factory]"] == "failed"
    assert seen["EACH-02[a-factory]"] == seen["EACH-03"] == "blocked"
    assert seen["EACH-01[b-factory]"] == seen["EACH-02[b-factory]"] == "passed"
    parts = {line["id"]: line["status"] for line in results(plant)["components"] if line["id"].startswith("part-")}
    assert parts == {"part-a-factory": "broken", "part-b-factory": "working", "part-plain": "working"}
    assert "needs EACH-01[a-factory]" in reason(plant, "EACH-02[a-factory]")


@pytest.mark.parametrize(
    ("keyword", "expected"),
    [
        ("EACH-02", ["EACH-02[a-factory]", "EACH-02[b-factory]"]),
        ("EACH-02[b-factory]", ["EACH-02[b-factory]"]),
        ("a-factory", ["EACH-01[a-factory]", "EACH-02[a-factory]"]),
        ("it_answers and part-plain", ["EACH-01[plain]"]),
    ],
)
def test_keywords_select_all_or_one(plant: Path, keyword: str, expected: list[str]) -> None:
    assert run(plant, "-k", keyword).returncode == 0
    assert [check["id"] for check in results(plant)["checks"] if not check["hidden"]] == expected


def test_the_command_to_repeat_it_names_one_case_as_a_shell_wants_it(plant: Path) -> None:
    run(plant)
    rerun = next(check["rerun"] for check in results(plant)["checks"] if check["id"] == "EACH-01[plain]")
    assert rerun == "vibehq-smoke run mine.toml --target stub -k 'EACH-01[plain]'"  # from this folder, wherever it is


def test_node_ids_are_stable_and_select(
    plant: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(plant)

    def ids(*arguments: str) -> list[str]:
        done = pytester.runpytest_subprocess(f"--rootdir={plant}", "--target", "stub", *arguments, timeout=60)
        return [line.split()[0].partition("::")[2] for line in done.outlines if "::EACH" in line]

    suite = str(plant / "mine.toml")
    assert ids(suite, "--collect-only", "-q") == IDS
    assert ids(f"{suite}::EACH-02[b-factory]", "-v") == ["EACH-02[b-factory]"]
    assert ids(suite, "-v", "-n", "2", "-p", "no:terminalreporter") == []
    assert outcomes_of_pytest(plant) == dict.fromkeys(IDS[:-1], "passed") | {"EACH-04": "skipped"}


def outcomes_of_pytest(folder: Path) -> dict[str, str]:
    checks = json.loads((folder / "reports" / "latest" / "results.json").read_text())["checks"]
    return {check["id"]: check["outcome"] for check in checks}


SELECTIONS = {
    'ids = ["EACH-02", "EACH-01[plain]"]': ["EACH-01[plain]", "EACH-02[a-factory]", "EACH-02[b-factory]"],
    'ids = ["EACH-01"]\nexclude = ["EACH-01[plain]", "EACH-01[elsewhere]"]': [
        "EACH-01[a-factory]",
        "EACH-01[b-factory]",
    ],
    'categories = ["mine"]\nexclude = ["EACH-01", "EACH-02", "EACH-03"]': ["EACH-04"],
}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_suites_name_all_or_one(plant: Path, selection: str) -> None:
    (plant / "mine.toml").write_text(f"[suite]\n[suite.select]\n{selection}\n[suite.gates]\nmin_executed = 0\n")
    assert run(plant).returncode == 0
    assert [check["id"] for check in results(plant)["checks"] if not check["hidden"]] == SELECTIONS[selection]


def test_overrides_and_budgets_of_all_count_for_each_and_its_own_overrule_them(plant: Path) -> None:
    text = (plant / "mine.toml").read_text()
    text += '[suite.override."EACH-01[plain]"]\npriority = "p0"\n[suite.override.EACH-01]\npriority = "p3"\n'
    text += "[suite.gates.latency.EACH-01]\np95_ms = 0.000001\n"
    (plant / "mine.toml").write_text(text)
    assert run(plant).returncode == 1
    seen = {check["id"]: check["priority"] for check in results(plant)["checks"]}
    assert (seen["EACH-01[plain]"], seen["EACH-01[a-factory]"]) == ("p0", "p3")
    gate = next(gate for gate in results(plant)["gates"] if "EACH-01" in gate["name"])
    assert gate["held"] is False
    assert "over 3 requests" in gate["detail"]


def test_the_plan_hook_names_all_by_their_common_id(plant: Path) -> None:
    hook = ["", "@hookimpl", "def vibehq_adjust_plan(plan):"]
    hook += ['    plan.deselect("EACH-02", "why not")', '    plan.first("EACH-03")', ""]
    (plant / "plugins" / "mine.py").write_text(CHECKS + RESOURCE + "\n".join(hook))
    assert run(plant).returncode == 0
    shown = [check["id"] for check in results(plant)["checks"] if not check["hidden"]]
    assert shown == ["EACH-03", *IDS[:3], "EACH-04"]


def test_the_page_shows_them_together_under_their_common_id(plant: Path, stub: Stub) -> None:
    stub.answers["/plain"] = Answer({}, 500)
    run(plant)
    page = (plant / "out" / "report.html").read_text()
    headings = re.findall(
        r'<h4><bdi>(.+?)</bdi> <bdi class="of">(.+?)</bdi> <span class="quiet">(.+?)</span></h4>', page
    )
    assert headings == [
        ("EACH-01", "it answers", "3 checks: 1 failed, 2 passed"),
        ("EACH-02", "it builds", "2 checks: 2 passed"),
    ]


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        (
            'each="factry"',
            'each="factory"',
            "has each='factry' (allowed: worker, factory, specialist, or a tuple of names); did you mean",
        ),
        ("(hq)", "(hq, worker)", "check EACH-01 must take the name that it is made for as its first argument after hq"),
        ("component=part, priority=P1)", 'component=part, priority=P1, each="worker")', "but no each"),
        ('"EACH-04"', '"EACH-01"', "the check id 'EACH-04' is used twice"),
        ("built, names, telling, more)", "built, names, telling)", "EACH-03 takes the argument 'more'"),
        ('needs=["EACH-2"', 'needs=["EACH-02"', "needs 'EACH-2', which is neither"),
    ],
)
def test_a_mistake_is_one_message_that_says_where(plant: Path, wrong: str, right: str, message: str) -> None:
    (plant / "plugins" / "mine.py").write_text(CHECKS.replace(right, wrong) + RESOURCE)
    done = run(plant)
    assert done.returncode == 2, done.stdout + done.stderr
    assert message in done.stderr
    assert "mine.py:" in done.stderr


def test_a_case_that_no_check_has_is_refused_with_the_nearest(plant: Path) -> None:
    (plant / "mine.toml").write_text('[suite]\n[suite.select]\nids = ["EACH-1"]\n')
    done = run(plant)
    assert done.returncode == 2
    assert "did you mean 'EACH-01" in done.stderr


def test_the_workers_of_the_embedded_platform_are_known_before_it_runs() -> None:
    platform = EmbeddedPlatform()
    try:
        workers = load_config(platform.config()).target("lab").workers
    finally:
        platform.stop()
    assert {name: worker.type for name, worker in workers.items()} == WORKERS


def test_listing_shows_what_would_run_on_the_embedded_platform(plant: Path) -> None:
    done = smoke("list", "mine.toml", folder=plant)
    assert done.returncode == 0, done.stderr
    assert "EACH-02[ui-factory]" in done.stdout
    assert done.stdout.endswith(f"{11 + 4 + 1 + 7} checks, 0 of them proved\n")
