"""Plugins that raise, in every hook: the run goes on or says which plugin it was, and never hangs."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import CHECKS
from tests.stub import Answer, Stub

from .running import HEAD, SMOKE, command, suite_run

OBSERVERS = (
    "vibehq_run_start",
    "vibehq_preflight_finish",
    "vibehq_check_start",
    "vibehq_check_finish",
    "vibehq_run_finish",
)


def plugin(project: Path, text: str) -> None:
    (project / "plugins" / "rude.py").write_text(HEAD + "from vibehq_smoke import IssueSink, ReportFormat\n" + text)


def test_observers_that_raise_are_named_and_the_run_goes_on(project: Path) -> None:
    plugin(
        project,
        "".join(
            f"@hookimpl\ndef {hook}():\n    raise {error}('rude')\n"
            for hook, error in zip(
                OBSERVERS, ("ValueError", "SystemExit", "KeyError", "RuntimeError", "OSError"), strict=True
            )
        )
        + "class Polite:\n    @hookimpl\n    def vibehq_check_finish(self, result):\n"
        "        open('heard.txt', 'a').write(result.id + '\\n')\n"
        "@hookimpl\ndef vibehq_run_start():\n    raise ValueError('rude')\n",
    )
    done = suite_run(project)
    assert done.code == 4
    assert done.outcomes == {"ONE-01": "passed", "ONE-02": "passed", "ONE-03": "passed"}
    assert done.record["run"]["exit_code"] == 4
    for hook in OBSERVERS:
        assert f"rude.py: {hook} raised" in done.stderr
    assert done.stderr.count("vibehq_check_finish raised") == 1
    assert "PASSED   ONE-02" in done.stdout, "the progress display hears of every check all the same"
    assert "Traceback" not in done.said


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (
            "@hookimpl\ndef vibehq_adjust_plan(plan):\n    raise ValueError('rude')\n",
            2,
            "vibehq_adjust_plan raised ValueError: rude",
        ),
        (
            "@hookimpl\ndef vibehq_adjust_plan(plan):\n    plan.first('ONE-99')\n",
            2,
            "vibehq_adjust_plan raised UsageError",
        ),
        ("@hookimpl\ndef vibehq_checks():\n    raise ValueError('rude')\n", 2, "vibehq_checks raised ValueError: rude"),
        ("@hookimpl\ndef vibehq_components():\n    return 1\n", 2, "vibehq_components raised TypeError"),
        ("@hookimpl\ndef vibehq_resources():\n    return 1\n", 2, "vibehq_resources raised"),
        ("raise SystemExit(0)\n", 2, "rude.py:4: this plugin does not load: SystemExit"),
    ],
)
def test_a_plugin_that_fails_before_the_run_stops_it(
    project: Path, stub: Stub, text: str, code: int, message: str
) -> None:
    plugin(project, text)
    done = suite_run(project)
    assert done.code == code, done.said
    assert message in done.stderr
    assert "rude.py" in done.stderr
    assert "Traceback" not in done.said
    assert stub.asked == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("def vibehq_preflight(hq):\n    raise ValueError('rude')", "vibehq_preflight raised ValueError: rude"),
        ("async def vibehq_preflight(hq):\n    raise KeyError('rude')", "vibehq_preflight raised KeyError: 'rude'"),
        ("async def vibehq_preflight(hq):\n    return None", "vibehq_preflight raised TypeError"),
        ("async def vibehq_preflight(hq):\n    return ['broken']", "vibehq_preflight raised ValidationError"),
    ],
)
def test_a_preflight_that_raises_makes_errors_and_no_failures(project: Path, body: str, message: str) -> None:
    plugin(project, f"@hookimpl\n{body}\n")
    done = suite_run(project)
    assert done.code == 4, done.said
    assert set(done.outcomes.values()) == {"error"}
    reason = done.checks["ONE-01"]["reason"]
    assert message in reason
    assert "rude.py" in reason
    assert "Traceback" not in done.said


def test_a_preflight_that_never_ends_ends_with_the_runs_deadline(project: Path) -> None:
    plugin(project, "@hookimpl\nasync def vibehq_preflight(hq):\n    await asyncio.Event().wait()\n")
    (project / "mine.toml").write_text(
        '[suite]\nname = "mine"\nrun_deadline_s = 1\n[suite.select]\ncategories = ["mine"]\n'
    )
    done = suite_run(project)
    assert done.code == 1, done.said
    assert done.record["run"]["partial"] is True
    assert set(done.outcomes.values()) == {"skipped"}


RUDE_OUTPUT = """
def rude(*_): raise ValueError("rude")

@hookimpl
def vibehq_report_formats():
    return [
        ReportFormat("first", "first.txt", rude),
        ReportFormat("number", "number.txt", lambda record: 1),
        ReportFormat("nowhere", "results.json/nowhere.txt", lambda record: "text"),
        ReportFormat("unready", "unready.txt", lambda record: "text", rude),
        ReportFormat("last", "last.txt", lambda record: f"{record.totals.passed} passed"),
    ]

@hookimpl
def vibehq_issue_sinks():
    return [IssueSink("bad", rude), IssueSink("good", lambda record, findings: "good sink: done")]
"""


def test_reports_and_sinks_that_raise_keep_no_other_from_its_work(project: Path, stub: Stub) -> None:
    plugin(project, RUDE_OUTPUT)
    stub.answers["/one"] = Answer({"value": 1}, delay_s=1.0)  # reports are prepared while a check keeps waiting
    done = suite_run(project, "--sink", "bad", "--sink", "good")
    assert done.code == 4
    assert set(done.outcomes.values()) == {"passed"}
    assert "PASSED" in done.stdout
    assert "good sink: done" in done.stdout
    for what in (
        "the report first",
        "the report number",
        "the report nowhere",
        "preparing the report unready",
        "the issue sink bad",
    ):
        assert f"{what} raised" in done.stderr
    assert "rude.py" in done.stderr
    assert (done.out / "last.txt").read_text() == "3 passed"
    assert (done.out / "unready.txt").is_file()
    assert "<html" in done.page
    assert "Traceback" not in done.said
    assert sorted(path.name for path in done.out.iterdir() if path.name.startswith(".")) == []


def test_an_unknown_sink_is_refused_before_anything_runs(project: Path, stub: Stub) -> None:
    plugin(project, RUDE_OUTPUT)
    done = suite_run(project, "--sink", "goood")
    assert done.code == 2
    assert (
        done.stderr.strip() == "vibehq-smoke: there is no issue sink 'goood' (registered: folder, github, bad, good); "
        "a plugin adds one; did you mean 'good'?"
    )
    assert stub.asked == []
    assert not done.out.exists()


def test_pytest_says_so_too(project: Path) -> None:
    plugin(project, RUDE_OUTPUT + "@hookimpl\ndef vibehq_check_finish():\n    raise ValueError('rude')\n")
    words = [
        "python",
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        f"--rootdir={project}",
        "mine.toml",
        "--target",
        "stub",
    ]
    python = str(Path(SMOKE).with_name("python"))
    done = command(python, *words[1:], "--smoke-out=out", "--sink", "bad", folder=project)
    assert done.code == 1, done.said
    assert "3 passed" in done.stdout
    for what in ("vibehq_check_finish raised", "the report first raised", "the issue sink bad raised"):
        assert what in done.stdout
    assert "INTERNALERROR" not in done.said
    (project / "plugins" / "rude.py").write_text(
        HEAD + "@hookimpl\ndef vibehq_adjust_plan():\n    raise ValueError('rude')\n"
    )
    refused = command(python, *words[1:], folder=project)
    assert refused.code == 2
    assert "vibehq_adjust_plan raised ValueError: rude" in refused.said
    assert "Traceback" not in refused.said


def test_a_reader_that_goes_away_does_not_hang_the_run(project: Path) -> None:
    many = "".join(
        f'@check("MANY-{n}", component="health-api", priority=P1)\nasync def many_{n}(hq):\n    "{"x" * 200}"\n'
        for n in range(300)
    )
    (project / "plugins" / "mine.py").write_text(CHECKS + many.replace("priority=P1", "priority=P1"))
    line = f"{SMOKE} run mine.toml --target stub --out out | head -n 1"
    shell = subprocess.run(["bash", "-c", line], cwd=project, capture_output=True, text=True, timeout=60, check=False)
    assert shell.stdout.startswith("RUN")
    assert "Traceback" not in shell.stderr
    assert (project / "out" / "results.json").is_file()
