"""The command line, as a person uses it: a subprocess, its output, its exit code, its files."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stub import Answer, Stub

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))


def smoke(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SMOKE, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return smoke("run", "mine.toml", "--target", "stub", "--out", "out", *arguments, folder=folder)


def results(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "out" / "results.json").read_text())
    return document


def outcomes(folder: Path) -> dict[str, str]:
    return {check["id"]: check["outcome"] for check in results(folder)["checks"]}


def test_a_healthy_platform_gives_exit_0_a_matrix_and_both_reports(project: Path) -> None:
    done = run(project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASSED" in done.stdout
    assert "working" in done.stdout
    assert outcomes(project) == {"ONE-01": "passed", "ONE-02": "passed", "ONE-03": "passed"}
    assert (project / "out" / "report.html").stat().st_size > 1000


def test_a_failure_blocks_what_needs_it_and_falls_the_gate(project: Path, stub: Stub) -> None:
    stub.answers["/one"] = Answer({"value": "many"})
    done = run(project)
    assert done.returncode == 1
    assert outcomes(project) == {"ONE-01": "failed", "ONE-02": "blocked", "ONE-03": "passed"}
    record = results(project)
    assert record["root_causes"] == ["orchestrator"]
    assert record["totals"]["collected"] == 3
    blocked = next(check for check in record["checks"] if check["id"] == "ONE-02")
    assert blocked["root_cause"] == "orchestrator"
    assert "ONE-01" in blocked["reason"]


def test_a_drift_is_degraded_and_lets_the_gates_hold(project: Path, stub: Stub) -> None:
    stub.answers["/three"] = Answer({"value": 101})
    assert run(project).returncode == 0
    assert outcomes(project)["ONE-03"] == "degraded"


def test_a_need_that_was_deselected_runs_hidden(project: Path) -> None:
    assert run(project, "-k", "ONE-02").returncode == 0
    record = results(project)
    assert record["totals"] | {"hidden": 1, "collected": 1, "passed": 1} == record["totals"]
    assert {check["id"]: check["hidden"] for check in record["checks"]} == {"ONE-01": True, "ONE-02": False}


def test_a_hidden_need_that_fails_blocks_with_its_cause(project: Path, stub: Stub) -> None:
    stub.answers["/one"] = Answer({}, 500)
    assert run(project, "-k", "ONE-02").returncode == 1
    assert outcomes(project) == {"ONE-01": "failed", "ONE-02": "blocked"}


@pytest.mark.parametrize(
    ("marker", "expected"),
    [("p0", {"ONE-01"}), ("p1 or p2", {"ONE-02", "ONE-03"}), ("mine and not p0", {"ONE-02", "ONE-03"})],
)
def test_markers_select_by_priority_and_category(project: Path, marker: str, expected: set[str]) -> None:
    assert run(project, "-m", marker).returncode == 0
    assert {check["id"] for check in results(project)["checks"] if not check["hidden"]} == expected


def test_a_dead_platform_gives_exit_3_and_one_sentence(project: Path) -> None:
    (project / "smoke.toml").write_text('[targets.stub]\nbase_url = "http://localhost:9"\nenvironment = "local"\n')
    done = run(project)
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
    assert "stub cannot be reached" in done.stderr
    record = results(project)
    assert record["totals"]["blocked"] == 3
    assert record["root_causes"] == ["orchestrator"]


def test_exitfirst_stops_and_says_that_the_run_is_partial(project: Path, stub: Stub) -> None:
    stub.answers["/three"] = Answer({"value": 1}, delay_s=20)
    stub.answers["/one"] = Answer({}, 500)
    assert run(project, "-x").returncode == 1
    record = results(project)
    assert record["run"]["partial"] is True
    assert record["totals"]["collected"] == 3
    assert next(check for check in record["checks"] if check["id"] == "ONE-03")["outcome"] == "skipped"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_at_once_and_says_that_it_is_partial(
    project: Path, stub: Stub, sent: signal.Signals
) -> None:
    stub.answers["/three"] = Answer({"value": 1}, delay_s=30)
    command = [SMOKE, "run", "mine.toml", "--target", "stub", "--out", "out"]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while "/three" not in stub.asked:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    started = time.monotonic()
    process.send_signal(sent)
    process.communicate(timeout=20)
    assert time.monotonic() - started < 10
    assert process.returncode == 130
    record = results(project)
    assert record["run"]["partial"] is True
    assert sum(record["totals"][outcome] for outcome in ("passed", "skipped")) == 3


def test_killing_the_harness_leaves_the_report_before_it_and_no_embedded_platform(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert smoke("run", "-k", "API-01", "--out", str(out), folder=tmp_path).returncode == 0
    before = (out / "results.json").read_bytes()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [SMOKE, "run", "--out", str(out)],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    children = lab_processes(process.pid)
    process.kill()
    process.communicate()
    assert len(children) == 1
    give_up = time.monotonic() + 10
    while any(map(is_running, children)) and time.monotonic() < give_up:
        time.sleep(0.02)
    assert not any(map(is_running, children))
    assert list(scratch.iterdir()) == []
    assert (out / "results.json").read_bytes() == before


def lab_processes(parent: int) -> list[int]:
    """The embedded platforms that a process started; a check may have started a compiler beside them."""
    command = ["ps", "-o", "pid=,args=", "--ppid", str(parent)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "vibehq_smoke.lab" in line]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "stage-smok"], "there is no suite 'stage-smok'"),
        (["run", "mine.toml", "--target", "stib"], "did you mean 'stub'?"),
        (["run", "mine.toml", "--target", "stub", "-k", "nothing-like-it"], "no check matches -k 'nothing-like-it'"),
        (["run", "mine.toml", "--target", "stub", "--category", "mime"], "did you mean 'mine'?"),
        (
            ["run", "mine.toml", "--target", "stub", "--fault", "d1-ops-down"],
            "--fault works on the embedded target only",
        ),
        (["run", "--fault", "d1-opz-down"], "d1-ops-down"),
        (["run", "mine.toml", "--config", "nowhere.toml"], "nowhere.toml"),
        (["run", "--tarket", "stub"], "--target"),
        (["run", "mine.toml", "--target", "stub", "-k", "ONE and"], "passed to '-k': ONE and: at column 8"),
        (["run", "mine.toml", "--target", "stub", "-m", "p0 or or"], "passed to '-m'"),
        (["matrix", "--out", "nowhere"], "nowhere/results.json"),
        (["init"], "smoke.toml exists"),
    ],
)
def test_bad_input_gives_one_message_and_exit_2(project: Path, arguments: list[str], message: str) -> None:
    done = smoke(*arguments, folder=project)
    assert done.returncode == 2, done.stdout + done.stderr
    assert message in done.stderr
    assert done.stderr.count(message) == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_a_broken_plugin_stops_the_run_with_its_file_and_line(project: Path) -> None:
    (project / "plugins" / "broken.py").write_text("\n\nimport no_such_module\n")
    done = run(project)
    assert done.returncode == 2
    assert done.stderr.startswith(f"vibehq-smoke: {project}/plugins/broken.py:3: this plugin does not load")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_a_suite_that_names_an_unknown_check_is_refused(project: Path) -> None:
    (project / "mine.toml").write_text('[suite]\nname = "mine"\n[suite.select]\nids = ["ONE-99"]\n')
    done = run(project)
    assert done.returncode == 2
    message = "mine.toml:4: suite.select.ids[0]: there is no check 'ONE-99'; did you mean 'ONE-03'?"
    assert done.stderr == f"vibehq-smoke: {message}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[suite\n", "mine.toml:1: is not valid TOML: expected ']' at the end of a table declaration (column 7)"),
        ("[[check]]\n", "mine.toml: is no suite: there is no [suite] table"),
    ],
)
@pytest.mark.parametrize("command", ["run", "list"])
def test_a_file_that_is_no_suite_is_one_message(command: str, text: str, said: str, project: Path) -> None:
    (project / "mine.toml").write_text(text)
    done = smoke(command, "mine.toml", folder=project)
    assert (done.returncode, done.stderr) == (2, f"vibehq-smoke: {said}\n")


@pytest.mark.parametrize(("name", "near"), [("mnie.toml", "mine.toml"), ("mine", "mine.toml"), ("Quikc", "quick")])
def test_a_suite_that_is_not_there_is_answered_with_the_nearest(name: str, near: str, project: Path) -> None:
    done = smoke("list", name, folder=project)
    assert done.returncode == 2
    assert done.stderr.startswith(f"vibehq-smoke: there is no suite '{name}' (known: ")
    assert done.stderr.endswith(f"; did you mean '{near}'?\n")


def test_matrix_shows_the_last_run_again(project: Path) -> None:
    run(project)
    done = smoke("matrix", "--out", "out", folder=project)
    assert done.returncode == 0
    assert "analytics-api" in done.stdout


def test_list_names_every_check_without_importing_what_only_a_run_needs(project: Path) -> None:
    code = (
        "import sys; from vibehq_smoke.cli import cli; cli.main(['list', 'mine.toml'], standalone_mode=False);"
        "heavy = {'httpx', 'pytest', 'jinja2', 'uvicorn', 'starlette', 'websockets', 'rich'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ONE-02" in done.stdout
    assert "[needs ONE-01]" in done.stdout


def test_doctor_says_what_is_there_and_what_will_be_skipped(project: Path) -> None:
    done = smoke("doctor", "mine.toml", "--target", "stub", folder=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 checks can run" in done.stdout
    assert "orchestrator" in done.stdout
    skipped = smoke("doctor", "--target", "stub", folder=project)
    assert "skipped INF-07: no operator channel: set kind in [targets.stub.operator]" in skipped.stdout


def test_init_writes_a_file_that_loads(tmp_path: Path) -> None:
    assert smoke("init", folder=tmp_path).returncode == 0
    done = smoke("list", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "HLT-01" in done.stdout


@pytest.fixture
def lab_config(tmp_path: Path) -> Iterator[Path]:
    """The configuration that a lab wrote; the lab runs until the test is over."""
    config = tmp_path / "lab" / "smoke.toml"
    config.parent.mkdir()
    lab = subprocess.Popen([SMOKE, "lab", "--quiet", "--write-config", str(config)], stderr=subprocess.PIPE, text=True)
    give_up = time.monotonic() + 30
    while not config.exists():
        assert lab.poll() is None, lab.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.02)
    yield config
    lab.terminate()
    lab.communicate()


def test_what_a_run_leaves_on_a_lasting_target_is_listed_with_the_sql_that_removes_it(
    lab_config: Path, tmp_path: Path
) -> None:
    arguments = ("--target", "lab", "--config", str(lab_config), "--out", "out", "-k", "HLT-01 or API-07")
    done = smoke("run", *arguments, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    record = results(tmp_path)
    assert f"Left on lab, tagged smoke-{record['run']['id']}" in done.stdout
    created = {entry["kind"]: entry for entry in record["created"]}
    assert len(created) >= 2
    for entry in created.values():
        assert entry["cleanup_sql"].startswith("DELETE FROM")
        assert entry["cleanup_sql"] in done.stdout
    again = smoke("run", *arguments, folder=tmp_path)
    assert again.returncode == 0, "the same lab can be checked twice in a row"


def test_a_suite_overrides_a_checks_deadline_and_priority(project: Path, stub: Stub) -> None:
    suite = project / "mine.toml"
    suite.write_text(suite.read_text() + '[suite.override.ONE-03]\npriority = "p0"\ndeadline_s = 0.3\n')
    stub.answers["/three"] = Answer({"value": 3}, delay_s=5)
    assert run(project).returncode == 1
    late = next(check for check in results(project)["checks"] if check["id"] == "ONE-03")
    assert (late["priority"], late["outcome"], late["kind"]) == ("p0", "failed", "timeout")
    assert "no verdict within 0.3 s; it was waiting for GET /three" in late["reason"]
    assert "analytics-api" in results(project)["root_causes"]


def test_the_plan_is_adjusted_once_before_anything_runs(project: Path, stub: Stub) -> None:
    (project / "plugins" / "planning.py").write_text(
        "import pathlib\nfrom vibehq_smoke import hookimpl\n\n"
        "@hookimpl\ndef vibehq_adjust_plan(plan):\n"
        "    with pathlib.Path('calls.txt').open('a') as calls:\n        calls.write('called\\n')\n"
    )
    assert run(project).returncode == 0
    assert (project / "calls.txt").read_text() == "called\n"
