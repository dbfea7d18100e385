"""The lab as a process: options, messages, a clean end."""

import json
import os
import signal
import socket
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx
import pytest

from tests.lab.running import PATIENCE, command, started_lab, wait_for
from vibehq_smoke.lab.command import main
from vibehq_smoke.lab.workers.roster import ROSTER


def test_faults_are_listed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-faults", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) >= 60
    for entry in listed:
        assert set(entry) >= {"id", "aliases", "summary", "expected"}
        assert set(entry["expected"]) >= {"components", "root_causes", "checks"}
        assert set(entry["expected"]["components"].values()) <= {"broken", "degraded"}
        assert set(entry["expected"]["checks"].values()) <= {"failed", "degraded", "blocked", "skipped"}
        assert set(entry["expected"]["root_causes"]) <= set(entry["expected"]["components"])
    names = [name for entry in listed for name in (entry["id"], *entry["aliases"])]
    assert len(names) == len(set(names))
    failing = {check for entry in listed for check, state in entry["expected"]["checks"].items() if state != "blocked"}
    assert failing >= {f"HLT-{n:02}" for n in range(1, 15)} | {f"API-{n:02}" for n in range(1, 12)}


def test_faults_are_listed_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-faults"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("d1-health-down ") and "DB_HEALTH" in line for line in lines)


def test_an_unknown_fault_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fault", "d1-helth-down"]) == 2
    said = capsys.readouterr().err
    assert "'d1-helth-down'" in said
    assert "Did you mean 'd1-health-down'?" in said


def test_a_busy_port_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"lab: port {port} is busy")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([f"--port={port}"])
    assert ended.value.code == 2
    assert "is no port" in capsys.readouterr().err


def test_the_config_names_everything(tmp_path: Path) -> None:
    with started_lab(tmp_path, "--write-source", str(tmp_path / "checkout")) as lab:
        target = tomllib.loads((tmp_path / "smoke.toml").read_text(encoding="utf-8"))["targets"]["lab"]
        assert (target["environment"], target["auth"]["kind"], target["operator"]["kind"]) == (
            "local",
            "login",
            "embedded",
        )
        assert target["service_auth"] == {"kind": "bearer"}
        assert {worker["type"] for worker in target["workers"].values()} == {"factory", "specialist"}
        assert lab.account["password"] not in (tmp_path / "smoke.toml").read_text(encoding="utf-8")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["checkout", "smoke.toml"]
        assert lab.source == tmp_path / "checkout"
        assert (lab.source / "orchestrator/worker/entrypoints/HealthOps.ts").is_file()
        assert (lab.source / "orchestrator/tsconfig.worker.json").is_file()


def test_the_lab_announces_itself_and_ends_on_sigterm(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        command("--port", str(port), "--fault", "uuid-pattern-broken"),
        stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(scratch)},
    )  # fmt: skip
    assert process.stdout is not None
    with process.stdout as output:
        said = dict(line.split(maxsplit=1) for line in announcement(output))
        assert list(said) == ["orchestrator", *(post.name for post in ROSTER), "operator", "faults"]
        assert said["orchestrator"] == f"http://localhost:{port}\n"
        assert said["faults"] == "D-12\n"
        assert httpx.get(f"http://localhost:{port}/api/status", trust_env=False).status_code == 200
        assert len([path for path in scratch.iterdir() if path != registry_folder(scratch)]) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert list(scratch.iterdir()) == []


def announcement(output: IO[str]) -> Iterator[str]:
    """The lines that a lab prints when it is ready."""
    for line in output:
        yield line
        if line.startswith("faults "):
            return


def registry_folder(temporary: Path) -> Path:
    """Where the labs that run enter themselves."""
    return temporary / f"vibehq-lab-{os.getuid()}"


def test_the_lab_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    with started_lab(tmp_path) as lab:
        assert lab.process.stdin is not None
        lab.process.stdin.close()
        assert lab.process.wait(PATIENCE) == 0
        assert not lab.source.exists()
        with pytest.raises(httpx.ConnectError):
            lab.client.get(f"{lab.base}/api/status")


def test_data_given_a_place_stays_and_is_used_again(tmp_path: Path) -> None:
    for runs in (1, 2):
        folder = tmp_path / f"run-{runs}"
        folder.mkdir()
        with started_lab(folder, "--data", str(tmp_path / "data")) as lab:
            lab.headers = lab.sign_in()
            lab.start_run("nobody")
            assert lab.get("/api/health").json()["summary"]["totalChecks"] == runs
    assert (tmp_path / "data/vibehq-health-logs.sqlite").is_file()


def test_every_answer_waits_for_the_port_of_a_worker_that_starts_down(tmp_path: Path) -> None:
    with started_lab(tmp_path, "--fault", "agent-factory-down", "--fault", "d1-ops-down") as lab:
        with pytest.raises(httpx.ConnectError):
            lab.client.get(f"{lab.worker}/health-check/status")
        assert lab.client.get(f"{lab.base}/api/status").status_code == 200
        lab.fault("agent-factory-down", False)
        lab.fault("d1-ops-down", False)
        assert lab.client.get(f"{lab.worker}/health-check/status").status_code == 200
        wait_for(lambda: lab.sign_in())
