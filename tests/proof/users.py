"""A user's tests of pytest: what they are, and the platform on which those pass that should."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.stub import Answer, Stub

from .conftest import SECRET, THING

CONFTEST = '''\
import pytest


@pytest.fixture(scope="session")
def thing(vibehq):
    """Asked for once, by whoever comes first."""
    return vibehq.anonymous.get("/thing").expect()


@pytest.fixture
def made(vibehq):
    """Created, and removed afterwards."""
    one = vibehq.anonymous.post("/echo", json={"id": "mine"}).expect()
    yield one["id"]
    assert vibehq.anonymous.post("/echo", json={"gone": one["id"]}).expect()["gone"] == one["id"]
'''

TESTS = '''\
"""Tests that notice much, little and nothing."""

import asyncio
import unittest
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic, sleep, time
from typing import Literal
from uuid import uuid4

import pytest
from pydantic import BaseModel, Field

SEEN = []


class Item(BaseModel):
    name: str
    state: Literal["open", "closed"]


class Thing(BaseModel):
    id: str
    total: int = Field(ge=0)
    items: list[Item]
    remark: str | None = None


class Stamp(BaseModel):
    at: datetime


def test_strong(vibehq):
    thing = vibehq.anonymous.get("/thing").expect(Thing)
    assert thing.id == "11111111-2222-4333-8444-555555555555"
    assert thing.total == len(thing.items) == 2
    assert [item.name for item in thing.items] == ["one", "two"]


def test_own_id(vibehq):
    mine = str(uuid4())
    assert vibehq.anonymous.post("/echo", json={"id": mine}).expect()["id"] == mine


def test_polling(vibehq):
    ends = monotonic() + 30
    while monotonic() < ends:
        if vibehq.anonymous.get("/work").expect()["state"] == "done":
            return
        sleep(1)
    pytest.fail("it was not done in time")


def test_for_ever(vibehq):
    while True:
        try:
            if vibehq.anonymous.get("/work").expect()["state"] == "done":
                return
        except Exception:
            pass
        sleep(1)


def test_the_total_of_a_shared_thing(thing):
    assert thing["total"] == 2


def test_the_id_of_a_shared_thing(thing):
    assert thing["id"] == "11111111-2222-4333-8444-555555555555"


def test_own_fixtures(made, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text(made)
    print(made)
    assert capsys.readouterr().out.strip() == (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(("path", "names"), [("/thing", ["one", "two"]), ("/one", ["one"])])
def test_many(vibehq, path, names):
    body = vibehq.anonymous.get(path).expect()
    assert [item["name"] for item in body["items"]] == names


class TestInAClass:
    @pytest.fixture(autouse=True)
    def connect(self, vibehq):
        self.hq = vibehq

    def test_method(self):
        assert self.hq.anonymous.get("/thing").expect()["total"] == 2


class InTheOldWay(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def connect(self, vibehq):
        self.hq = vibehq

    def test_case(self):
        self.assertEqual(self.hq.anonymous.get("/thing").expect()["total"], 2)


def test_dynamic(request):
    assert request.getfixturevalue("vibehq").anonymous.get("/thing").expect()["total"] == 2


def test_threads(vibehq):
    with ThreadPoolExecutor(2) as pool:
        got = list(pool.map(lambda _: vibehq.anonymous.get("/thing").expect()["total"], range(2)))
    assert got == [2, 2]


def test_a_loop_of_its_own(vibehq):
    async def main():
        await asyncio.sleep(0.1)
        return vibehq.anonymous.get("/thing").expect()["total"]

    assert asyncio.run(main()) == 2


def test_what_waits(vibehq):
    one, two = vibehq.wait(vibehq.hq.gather(vibehq.hq.bare.get("/thing"), vibehq.hq.bare.get("/one")))
    assert one.expect()["total"] == 2
    assert two.expect()["total"] == 1


def test_freshness(vibehq):
    age = datetime.now(UTC) - vibehq.anonymous.get("/now").expect(Stamp).at
    assert abs(age.total_seconds()) < 10
    assert abs(datetime.now(UTC).timestamp() - time()) < 0.2


def test_token(vibehq):
    body = vibehq.anonymous.get("/token").expect()
    assert body["again"] == body["sessionToken"]


def test_ends_pytest(vibehq):
    if vibehq.anonymous.get("/thing").expect()["total"] != 2:
        pytest.exit("nothing else makes sense")


def test_weak_asks_nothing(vibehq):
    assert vibehq.base_url.startswith("http")


def test_weak_asserts_nothing(vibehq):
    vibehq.anonymous.get("/thing")


def test_weak_only_the_status(vibehq):
    assert vibehq.anonymous.get("/thing").status == 200


def test_weak_catches_its_own(vibehq):
    try:
        vibehq.anonymous.get("/thing").expect(Thing)
    except Exception:
        pass


def test_weak_constant(vibehq):
    vibehq.anonymous.get("/thing")
    wanted = 2
    assert wanted == 2


def test_weak_empty_loop(vibehq):
    for item in vibehq.anonymous.get("/empty").expect()["items"]:
        assert item["state"] == "open"


def test_weak_default(vibehq):
    assert vibehq.anonymous.get("/thing").expect().get("total", 0) >= 0


@pytest.mark.skip(reason="not today")
def test_skipped(vibehq):
    assert vibehq.anonymous.get("/thing").expect()


def test_failed(vibehq):
    assert vibehq.anonymous.get("/thing").expect()["total"] == 3


@pytest.mark.xfail
def test_may_fail(vibehq):
    assert vibehq.anonymous.get("/thing").expect()["total"] == 3


def test_leaves_something_behind(vibehq):
    SEEN.append(vibehq.anonymous.get("/thing").expect()["total"])
    assert len(SEEN) < 3


def test_goes_past_the_fixture(vibehq):
    assert vibehq.anonymous.get("/thing").expect()["total"] == 2
    assert urllib.request.urlopen(f"{vibehq.base_url}/thing").status == 200


def test_of_something_else():
    assert 1 + 1 == 2
'''


def answer(stub: Stub) -> None:
    """Let the stub be a platform on which the tests pass that should."""
    one = {"total": 1, "items": [{"name": "one"}]}
    stub.answers |= {"/thing": Answer(THING), "/one": Answer(one), "/empty": Answer({"items": []})}
    stub.answers |= {"/echo": Answer(echo=True), "/work": Answer({"state": "running"}, then={"state": "done"})}
    stub.answers |= {"/token": Answer({"sessionToken": SECRET, "again": SECRET}), "/now": Answer({"at": _now()})}


def _now() -> str:
    return datetime.now(UTC).isoformat()


def called(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in the user's folder."""
    return subprocess.run(list(words), cwd=folder, capture_output=True, text=True, timeout=200, check=False)


def pytest_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """pytest as the user calls it."""
    return called(folder, sys.executable, "-m", "pytest", *words)
