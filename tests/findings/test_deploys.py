"""What is said of the deploy on the command line or in the environment is in the record of the run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vibehq_smoke.deployed import ID_VARIABLE, TIME_VARIABLE

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
Told = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (ID_VARIABLE, TIME_VARIABLE):
        monkeypatch.delenv(name, raising=False)


def smoke(*arguments: str, target: str = "stub") -> subprocess.CompletedProcess[str]:
    command = [SMOKE, "run", "mine.toml", "--target", target, "--quiet", "--out", "out", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def told(folder: Path) -> tuple[str | None, str | None, str]:
    run = json.loads((folder / "out" / "results.json").read_text())["run"]
    return run["deploy"], run["deployed_at"], run["id"]


def test_nobody_knows_unless_it_is_said(project: Path) -> None:
    assert smoke().returncode == 0
    assert told(project)[:2] == (None, None)


def test_options_say_it_in_any_zone(project: Path) -> None:
    assert smoke("--deploy", "b6da84b", "--deployed-at", "2026-05-01T22:00:00+02:00").returncode == 0
    assert told(project)[:2] == ("b6da84b", "2026-05-01T20:00:00Z")
    assert "b6da84b" in (project / "out" / "report.html").read_text()


def test_the_environment_says_it_and_options_count_before_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ID_VARIABLE, "v41")
    monkeypatch.setenv(TIME_VARIABLE, "2026-05-01T22:00:00Z")
    assert smoke("--deploy", "v42").returncode == 0
    assert told(project)[:2] == ("v42", "2026-05-01T22:00:00Z")
    monkeypatch.setenv(ID_VARIABLE, "")
    assert smoke().returncode == 0
    assert told(project)[:2] == (None, "2026-05-01T22:00:00Z")


def test_every_start_of_the_embedded_platform_is_a_deploy(project: Path) -> None:
    assert smoke("-k", "ONE-01", target="embedded").returncode == 1
    run = json.loads((project / "out" / "results.json").read_text())["run"]
    assert run["deploy"] == f"embedded-{run['id']}"
    assert run["deployed_at"] == run["started_at"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--deployed-at", "yesterday"], "--deployed-at: got 'yesterday', allowed is a time with its zone"),
        (
            ["--deployed-at", "2026-05-01T22:00:00"],
            "--deployed-at: got '2026-05-01T22:00:00', allowed is a time with its",
        ),
        (["--deployed-at", "0001-01-01T00:00:00+14:00"], "which is out of range"),
        (["--deploy", ""], "--deploy: got '', allowed is a version id or a commit, without spaces"),
        (["--deploy", "a b"], "--deploy: got 'a b', allowed is a version id or a commit"),
        (["--deploy", "a\nb"], r"--deploy: got 'a\nb', allowed is"),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_runs(
    arguments: list[str], complaint: str, project: Path
) -> None:
    done = smoke(*arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert not (project / "out").exists()


def test_a_wrong_variable_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TIME_VARIABLE, "12:00")
    done = smoke()
    assert done.returncode == 2
    assert "VIBEHQ_SMOKE_DEPLOYED_AT: got '12:00', allowed is" in done.stderr
    assert not (project / "out").exists()


def test_pytest_takes_the_same_options(
    project: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    arguments = [
        f"--rootdir={project}",
        str(project / "mine.toml"),
        "--target",
        "stub",
        "--smoke-out",
        str(project / "out"),
    ]
    done = pytester.runpytest_subprocess(
        *arguments, "--deploy", "v7", "--deployed-at", "2026-05-01T22:00:00Z", timeout=60
    )
    assert done.ret == 0
    assert told(project)[:2] == ("v7", "2026-05-01T22:00:00Z")
    refused = pytester.runpytest_subprocess(*arguments, "--deployed-at", "soon", timeout=60)
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["*--deployed-at: got 'soon', allowed is*"])
