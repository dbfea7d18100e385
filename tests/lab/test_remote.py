"""``lab fault``: finding a lab that runs, and turning its switches from outside."""

import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.running import PATIENCE, command
from vibehq_smoke.lab import registry
from vibehq_smoke.lab.command import main
from vibehq_smoke.lab.registry import LabRecord

NOBODY = 2**22 + 1  # greater than any process id that Linux gives


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of the test's own, so that other labs are not seen."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@contextmanager
def lab(temporary: Path, *options: str) -> Iterator[int]:
    """A lab that others can find; gives the port of its orchestrator."""
    process = subprocess.Popen(
        command(*options), stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(temporary)}
    )
    assert process.stdout is not None
    with process.stdout as output:
        port = int(output.readline().rpartition(":")[2])
        while not output.readline().startswith("faults "):
            pass
        try:
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and what was printed, on either stream."""
    code = main(["fault", *arguments])
    return code, "".join(capsys.readouterr())


def test_switches_of_the_lab_that_runs_are_turned(temporary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with lab(temporary, "--fault", "D-12") as port:
        assert said(capsys, "on", "d1-health-down", "rate-limit-off") == (0, "on now: d1-health-down, D-12, D-17\n")
        assert said(capsys, "off", "d-12", "D-17", "--lab", str(port)) == (0, "on now: d1-health-down\n")
        code, listed = said(capsys, "list", "--on")
        assert (code, listed.split()[:2], listed.count("\n")) == (0, ["on", "d1-health-down"], 1)
        assert said(capsys, "list")[1].count("\n- ") >= 60
        assert said(capsys, "on", "d1-healt-down") == (
            2, "lab: unknown fault 'd1-healt-down'. Did you mean 'd1-health-down'? All faults: --list-faults\n",
        )  # fmt: skip
        assert said(capsys, "on", "D-12", "--lab", "1") == (
            2, f"lab: no lab runs on port 1; there is one on {port}\n",
        )  # fmt: skip
        assert said(capsys, "off", "d1-health-down") == (0, "on now: none\n")
        assert said(capsys, "on", "D-12", "no-such-fault")[0] == 2
        assert said(capsys, "list", "--on") == (0, "")
    assert said(capsys, "list") == (2, "lab: no lab is running; start one with: vibehq-smoke lab\n")
    assert list(temporary.iterdir()) == []


def test_among_several_labs_one_has_to_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    for port in (40_002, 40_001):
        registry.enter(LabRecord(port, "http://127.0.0.1:1", os.getpid()))
    assert said(capsys, "list") == (
        2, "lab: several labs are running, on ports 40001, 40002; choose one with --lab PORT\n",
    )  # fmt: skip
    assert said(capsys, "list", "--lab", "40001") == (2, "lab: the lab on port 40001 does not answer\n")


def test_labs_that_are_gone_are_forgotten(temporary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registry.enter(LabRecord(40_001, "http://127.0.0.1:1", NOBODY))
    (registry.folder() / "40002.json").write_text("{", encoding="utf-8")
    assert said(capsys, "list")[0] == 2
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_only_the_user_can_read_where_a_lab_is(capsys: pytest.CaptureFixture[str]) -> None:
    path = registry.enter(LabRecord(40_001, "http://127.0.0.1:1", os.getpid()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.parent.chmod(0o777)
    code, text = said(capsys, "list")
    assert code == 2
    assert text == f"lab: {path.parent} is not a folder of yours alone; remove it\n"


@pytest.mark.parametrize("arguments", [[], ["on"], ["off", "--lab", "x", "D-12"], ["toggle", "D-12"]])
def test_wrong_use_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fault", *arguments])
    assert ended.value.code == 2
    assert "usage: vibehq-smoke lab fault" in capsys.readouterr().err


def test_help_shows_it_all(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["fault", "--help"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        assert "lab fault on d1-health-down D-12" in capsys.readouterr().out


def test_profiles_are_listed_and_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-profiles", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert list(listed) == ["healthy", "as-built", "flaky", "slow-region"]
    assert main(["--list-faults", "--json"]) == 0
    known = {entry["id"] for entry in json.loads(capsys.readouterr().out)}
    for name, entry in listed.items():
        assert set(entry["faults"]) <= known, name
        assert entry["summary"]
    assert not listed["healthy"]["faults"]
    assert {"D-10", "D-11", "D-12"} <= set(listed["as-built"]["faults"])
    assert main(["--list-profiles"]) == 0
    assert "slow-region " in capsys.readouterr().out


def test_an_unknown_profile_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--profile", "flakey"]) == 2
    assert capsys.readouterr().err == (
        "lab: unknown profile 'flakey'. Did you mean 'flaky'? All profiles: healthy, as-built, flaky, slow-region\n"
    )


def test_a_profile_and_faults_combine(temporary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with lab(temporary, "--profile", "slow-region", "--fault", "flaky", "--fault", "D-12"):
        on = said(capsys, "list", "--on")[1].split()
        assert {"d1-ops-slow", "agent-factory-slow", "data-factory-flapping", "D-12"} <= set(on)
