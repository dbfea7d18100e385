"""A machine without a network is told apart from a platform that is down."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.stub import Stub

from .running import HEAD, assert_safe_to_print, suite_run
from .running import smoke as run_smoke

NOWHERE = "http://platform.invalid"
"""A name that never resolves (RFC 6761)."""
UNREACHABLE = "http://192.0.2.1:9"
"""An address that nobody has (RFC 5737)."""


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def aim(folder: Path, url: str, probe: str | None, worker: str | None = None) -> None:
    lines = ["[targets.stub]", f'base_url = "{url}"', 'environment = "local"']
    lines += [f'network_probe = "{probe}"'] if probe else []
    lines += ["[targets.stub.workers]", f'far-specialist = "{worker}"'] if worker else []
    (folder / "smoke.toml").write_text("\n".join(lines) + "\n")


def test_without_a_network_the_platform_is_not_judged(project: Path) -> None:
    aim(project, NOWHERE, f"127.0.0.1:{closed_port()}")
    done = suite_run(project)
    assert done.code == 4, done.said
    assert set(done.outcomes.values()) == {"error"}
    assert "this machine has no route to platform.invalid" in done.checks["ONE-01"]["reason"]
    assert "this machine has no" in done.said
    assert done.record["root_causes"] == []
    assert_safe_to_print(done.said)


def test_with_a_network_a_platform_that_is_nowhere_is_unreachable(project: Path, stub: Stub) -> None:
    aim(project, NOWHERE, stub.base_url.removeprefix("http://"))
    done = suite_run(project)
    assert done.code == 3, done.said
    assert set(done.outcomes.values()) == {"blocked"}
    assert len(done.stderr.strip().splitlines()) == 1
    assert "stub cannot be reached" in done.stderr


FAR = (
    HEAD
    + """
@check("FAR-01", component="health-api", priority=P1)
async def the_worker_answers(hq):
    await hq.worker("far-specialist").get("/")

@check("NEAR-01", component="health-api", priority=P1)
async def the_platform_answers(hq):
    await hq.bare.get("/one")

@hookimpl
def vibehq_adjust_plan(plan):
    pass
"""
)


def test_a_check_that_meets_no_network_in_mid_run_ends_in_an_error(project: Path, stub: Stub) -> None:
    """Preflight saw nothing of the worker that this check names by itself."""
    (project / "plugins" / "mine.py").write_text(
        FAR.replace('hq.worker("far-specialist")', "elsewhere(hq)")
        + "\nfrom vibehq_smoke.platform.api import Api\nfrom vibehq_smoke.platform.identity import Known\n"
        + "def elsewhere(hq):\n"
        + f'    return Api(hq.bare._wiring, hq.recorder, "{NOWHERE}", name="elsewhere", identity=Known())\n'
    )
    aim(project, stub.base_url, f"127.0.0.1:{closed_port()}")
    done = suite_run(project)
    assert done.outcomes == {"FAR-01": "error", "NEAR-01": "passed"}
    assert done.checks["FAR-01"]["kind"] == "runner"
    assert done.code == 4


def has_namespaces() -> bool:
    unshare = shutil.which("unshare")
    return (
        unshare is not None
        and subprocess.run([unshare, "-n", "true"], check=False, capture_output=True).returncode == 0
    )


@pytest.mark.skipif(not has_namespaces(), reason="needs network namespaces: `unshare -n` as root")
@pytest.mark.parametrize("url", [UNREACHABLE, NOWHERE])
def test_in_a_machine_whose_network_is_really_down(project: Path, url: str) -> None:
    aim(project, url, None)
    done = run_smoke("run", "mine.toml", "--target", "stub", "--out", "out", folder=project, before=("unshare", "-n"))
    assert done.code == 4, done.said
    assert set(done.outcomes.values()) == {"error"}
    assert "this machine has no route" in done.said
