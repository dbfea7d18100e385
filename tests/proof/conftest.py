"""A user's project with weak and strong checks, run once and recorded."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CONFIG, SUITE
from tests.stub import Answer, stub_platform

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
SECRET = "bearer-of-the-stub-4711"

CHECKS = '''\
"""Checks that notice much, little and nothing."""

from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, Field

from vibehq_smoke import P1, check


class Item(BaseModel):
    name: str
    state: Literal["open", "closed"]


class Thing(BaseModel):
    id: str
    total: int = Field(ge=0)
    items: list[Item]
    remark: str | None = None


class Empty(BaseModel):
    items: list[Item]


@check("STRONG-01", component="orchestrator", priority=P1)
async def everything_is_judged(hq):
    """The thing is what it should be."""
    thing = (await hq.bare.get("/thing")).expect(Thing)
    assert thing.id == "11111111-2222-4333-8444-555555555555"
    assert thing.total == len(thing.items) == 2
    assert [item.name for item in thing.items] == ["one", "two"]
    return thing


@check("STRONG-02", component="orchestrator", priority=P1)
async def an_id_of_our_own_comes_back(hq):
    """What is sent is what is answered, whatever it is."""
    mine = str(uuid4())
    reply = await hq.bare.post("/echo", json={"id": mine})
    assert reply.expect()["id"] == mine


@check("STRONG-03", component="orchestrator", priority=P1)
async def what_takes_its_time_ends(hq):
    """The work is done after a while."""
    async def look():
        return (await hq.bare.get("/work")).expect()
    done = await hq.poll(look, lambda body: body["state"] == "done", what="the work", timeout=8)
    assert done["state"] == "done"


@check("WEAK-01", component="orchestrator", priority=P1)
async def nothing_is_asserted(hq):
    """It only asks."""
    await hq.bare.get("/thing")


@check("WEAK-02", component="orchestrator", priority=P1)
async def only_the_status_counts(hq):
    """It answers."""
    assert (await hq.bare.get("/thing")).status == 200


@check("WEAK-03", component="orchestrator", priority=P1)
async def its_own_exception_is_caught(hq):
    """It tries."""
    try:
        (await hq.bare.get("/thing")).expect(Thing)
    except Exception:
        pass


@check("WEAK-04", component="orchestrator", priority=P1)
async def a_constant_is_asserted(hq):
    """Two is two."""
    await hq.bare.get("/thing")
    wanted = 2
    assert wanted == 2


@check("WEAK-05", component="orchestrator", priority=P1)
async def an_empty_list_is_looped_over(hq):
    """All items are open, as there are none."""
    for item in (await hq.bare.get("/empty")).expect(Empty).items:
        assert item.state == "open"


@check("WEAK-06", component="orchestrator", priority=P1)
async def a_default_is_filled_in(hq):
    """The total is not negative."""
    body = (await hq.bare.get("/thing")).expect()
    assert body.get("total", 0) >= 0


@check("HONEST-01", component="orchestrator", priority=P1)
async def the_secret_is_not_ours(hq):
    """A token in an answer."""
    body = (await hq.bare.get("/token")).expect()
    assert body["again"] == body["sessionToken"]
'''

THING = {
    "id": "11111111-2222-4333-8444-555555555555",
    "total": 2,
    "items": [{"name": "one", "state": "open"}, {"name": "two", "state": "closed"}],
    "remark": None,
}


@dataclass
class Recorded:
    """The project after its run."""

    folder: Path
    recording: Path

    def prove(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``prove`` on the recording. The stub is gone by then."""
        command = [SMOKE, "prove", "mine.toml", "--recording", str(self.recording), "--jobs", "1", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)

    def proof(self, *arguments: str) -> dict[str, Any]:
        """The result of ``prove`` as JSON."""
        self.prove("--json", "proof.json", *arguments)
        document: dict[str, Any] = json.loads((self.folder / "proof.json").read_text())
        return document


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """All checks of the project pass, and what they saw is on tape."""
    folder = tmp_path_factory.mktemp("proof")
    (folder / "plugins").mkdir()
    (folder / "plugins" / "mine.py").write_text(CHECKS)
    (folder / "mine.toml").write_text(SUITE)
    with stub_platform() as stub:
        token = {"sessionToken": SECRET, "again": SECRET}
        stub.answers |= {"/thing": Answer(THING), "/empty": Answer({"items": []}), "/token": Answer(token)}
        stub.answers |= {"/echo": Answer(echo=True), "/work": Answer({"state": "running"}, then={"state": "done"})}
        (folder / "smoke.toml").write_text(CONFIG.format(url=stub.base_url))
        command = [SMOKE, "run", "mine.toml", "--target", "stub", "--record", "run.json.gz", "--quiet"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Recorded(folder, folder / "run.json.gz")


@pytest.fixture(scope="session")
def proof(recorded: Recorded) -> dict[str, Any]:
    """The whole proof of the project."""
    return recorded.proof()
