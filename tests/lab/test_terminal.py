"""The terminal (contract UI-11, UI-12): a real shell, with nothing of the lab's in it, and nothing left after it."""

import asyncio
import os
import subprocess
from pathlib import Path
from socket import create_connection, create_server

import pytest
from websockets.exceptions import InvalidStatus

from tests.lab.running import PATIENCE, RunningLab, started_lab, wait_for
from tests.lab.sockets import SHELL, dialled, frame, printed_until
from vibehq_smoke.lab.live.peer import owner_of
from vibehq_smoke.lab.live.shell import MAX_OUTPUT, Shell, marked

MAX_SHELLS = 8

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")


def processes(word: str) -> list[str]:
    """Processes whose command line has `word`."""
    listed = subprocess.run(["ps", "-A", "-o", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if word in line]


def test_without_a_sandbox_nothing_is_attached(lab: RunningLab) -> None:
    with dialled(lab, "/api/workers/some-worker/terminal") as socket:
        greeting = frame(socket)
        assert set(greeting) == {"type", "message", "workerId"}
        assert (greeting["type"], greeting["workerId"]) == ("connected", "some-worker")
        socket.send("echo smoke\n")
        assert frame(socket)["type"] == "error"


def test_a_terminal_needs_a_session_and_a_name(lab: RunningLab) -> None:
    with pytest.raises(InvalidStatus) as refused, dialled(lab, SHELL, signed_in=False):
        pass
    assert refused.value.response.status_code == 401
    with pytest.raises(InvalidStatus) as refused, dialled(lab, "/api/workers/no%20name/terminal"):
        pass
    assert refused.value.response.status_code == 400


def test_each_worker_has_a_sandbox(lab: RunningLab) -> None:
    listed = lab.get("/api/sandboxes").json()
    assert listed["count"] == len(listed["sandboxes"]) == len(lab.workers)
    assert {one["workerId"] for one in listed["sandboxes"]} == set(lab.workers)
    assert lab.client.get(f"{lab.base}/api/sandboxes").status_code == 401


@pytest.mark.parametrize("sandbox", ["nobody", "sandbox-data-factory", "..%2F..", ""])
def test_an_unknown_sandbox_is_an_error_and_no_shell(lab: RunningLab, sandbox: str) -> None:
    with dialled(lab, f"/api/workers/agent-factory/terminal?sandboxId={sandbox}") as socket:
        assert frame(socket)["type"] == "connected"
        problem = frame(socket)
        assert (problem["type"], set(problem)) == ("error", {"type", "message"})


def test_a_shell_runs_what_is_typed(lab: RunningLab) -> None:
    with dialled(lab, SHELL) as socket:
        assert [frame(socket)["type"], frame(socket)["type"]] == ["connected", "container-connected"]
        assert printed_until(socket, "$ ").endswith("$ ")
        socket.send("pwd; echo smo''ke\n")
        assert "sandbox-agent-factory" in printed_until(socket, "smoke\r\n")
        listed = {one["workerId"]: one["status"] for one in lab.get("/api/sandboxes").json()["sandboxes"]}
        assert (listed["agent-factory"], listed["data-factory"]) == ("running", "ready")
        socket.send("sleep 60\n")
        printed_until(socket, "sleep 60")
        socket.send("\x03")
        printed_until(socket, "$ ")
        socket.send("exit\n")
        said = list(socket)
        assert '"type":"container-disconnected"' in str(said[-1])


def test_a_shell_knows_no_secret(lab: RunningLab) -> None:
    with dialled(lab, SHELL) as socket:
        printed_until(socket, "$ ")
        socket.send("env; echo do''ne\n")
        names = {line.partition("=")[0] for line in printed_until(socket, "done").splitlines()[1:] if "=" in line}
    assert names - {"OLDPWD", "SHLVL", "_"} == {
        "PATH", "HOME", "TMPDIR", "TERM", "LANG", "PS1", "PWD", "SANDBOX_SHELL",
    }  # fmt: skip


def test_nothing_of_a_shell_is_left_when_its_client_leaves(lab: RunningLab) -> None:
    if not Path("/proc").exists():
        pytest.skip("who left the shell's process group is found in /proc only")
    with dialled(lab, SHELL) as socket:
        printed_until(socket, "$ ")
        socket.send("sleep 61.5 & setsid sleep 62.5 & echo sta''rted\n")
        printed_until(socket, "started")
        wait_for(lambda: processes("sleep 61.5") and processes("sleep 62.5"))
    wait_for(lambda: not processes("sleep 61.5") and not processes("sleep 62.5"))


def test_the_ninth_shell_is_refused(lab: RunningLab) -> None:
    opened = [dialled(lab, SHELL) for _ in range(MAX_SHELLS)]
    try:
        for one in opened:
            printed_until(one.__enter__(), "$ ")
        with dialled(lab, SHELL) as socket:
            assert frame(socket)["type"] == "connected"
            assert (frame(socket)["type"]) == "error"
    finally:
        for one in opened:
            one.__exit__(None, None, None)
    wait_for(lambda: "running" not in lab.get("/api/sandboxes").text)


def test_a_stopping_lab_takes_its_shells_along(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with started_lab(tmp_path, "--data", str(folder)) as own:
        own.headers = own.sign_in()
        with dialled(own, SHELL) as socket:
            printed_until(socket, "$ ")
            socket.send("sleep 63.5\n")
            wait_for(lambda: processes("sleep 63.5"))
            assert (folder / "sandboxes" / "sandbox-agent-factory").is_dir()
            assert own.process.stdin is not None
            own.process.stdin.close()
            own.process.wait(PATIENCE)
    assert not processes("sleep 63.5")
    assert not (folder / "sandboxes").exists()


def test_the_system_tells_whose_connection_it_is() -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("this system does not tell")
    with create_server(("127.0.0.1", 0)) as server, create_connection(server.getsockname()) as client:
        ports = client.getsockname()[1], server.getsockname()[1]
        assert owner_of(*ports) == os.getuid()
        assert owner_of(ports[0], 1) is None


def test_a_killed_lab_takes_its_shells_along(tmp_path: Path) -> None:
    with started_lab(tmp_path) as own:
        own.headers = own.sign_in()
        with dialled(own, SHELL) as terminal:
            printed_until(terminal, "$ ")
            terminal.send("sleep 64.5 & sleep 65.5\n")
            wait_for(lambda: processes("sleep 64.5") and processes("sleep 65.5"))
            own.process.kill()
            wait_for(lambda: not processes("sleep 64.5") and not processes("sleep 65.5"))


def test_a_shell_that_never_stops_printing_is_cut_off(tmp_path: Path) -> None:
    async def scene() -> tuple[int, int | None]:
        shell = await Shell.start(tmp_path)
        try:
            assert shell.type("yes smoke\n")
            printed = 0
            async for text in shell.output():
                printed += len(text)
            return printed, shell.process.returncode
        finally:
            await shell.end()

    printed, code = asyncio.run(scene())
    assert MAX_OUTPUT <= printed < MAX_OUTPUT + 100_000
    assert code is None, "it was still running"


def test_a_shell_that_does_not_read_is_not_fed_for_ever(tmp_path: Path) -> None:
    async def scene() -> tuple[int, list[int]]:
        shell = await Shell.start(tmp_path)
        try:
            assert shell.type("sleep 30\n")
            taken = 0
            while shell.type("x" * 1000):
                taken += 1
                assert taken < 1000
            return taken, marked(shell.mark)
        finally:
            await shell.end()

    taken, alive = asyncio.run(scene())
    assert taken > 0
    assert alive or not Path("/proc").exists()
