"""Fixtures for all tests."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from .stub import Stub, stub_platform

# The processes that tests start should start as users' do: with compiled modules.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Who is started in the background ignores an interrupt, and so would every process that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is. The same examples at every build: a finding belongs to the
# change that brought it; `--hypothesis-profile=exploring` looks for more.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
settings.register_profile("exploring", _PATIENT)
settings.register_profile("repeating", _PATIENT, derandomize=True)
settings.load_profile("repeating")

CHECKS = '''\
"""Checks against the stub."""

import asyncio

from pydantic import BaseModel

from vibehq_smoke import P0, P1, P2, check


class Thing(BaseModel):
    value: int


@check("ONE-01", component="orchestrator", priority=P0)
async def the_first_thing_is_there(hq):
    """GET /one gives a thing."""
    return (await hq.bare.get("/one")).expect(Thing)


@check("ONE-02", component="health-api", priority=P1, needs=[the_first_thing_is_there])
async def the_second_thing_follows(hq, first):
    """GET /two gives the value after the first."""
    second = (await hq.bare.get("/two")).expect(Thing)
    assert second.value == first.value + 1


@check("ONE-03", component="analytics-api", priority=P2)
async def the_third_thing_is_there(hq):
    """GET /three gives a thing, a high value is a drift."""
    third = (await hq.bare.get("/three")).expect(Thing)
    if third.value > 100:
        hq.degraded(f"the value {third.value} is high")
'''

SUITE = """\
[suite]
name = "mine"
[suite.select]
categories = ["mine"]
"""

CONFIG = """\
[targets.stub]
base_url = "{url}"
environment = "local"
"""


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A platform on which all three checks of ``project`` pass."""
    from .stub import Answer

    with stub_platform() as running:
        running.answers |= {
            f"/{name}": Answer({"value": value}) for value, name in enumerate(("one", "two", "three"), 1)
        }
        yield running


@pytest.fixture
def project(stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's own folder, made current: smoke.toml with the target ``stub``, a suite, a plugin of three checks."""
    folder = tmp_path / "project"
    (folder / "plugins").mkdir(parents=True)
    (folder / "plugins" / "mine.py").write_text(CHECKS)
    (folder / "mine.toml").write_text(SUITE)
    (folder / "smoke.toml").write_text(CONFIG.format(url=stub.base_url))
    monkeypatch.chdir(folder)
    return folder
