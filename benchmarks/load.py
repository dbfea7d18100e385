"""The synthetic load: N checks of 50 ms in chains of up to four, written out for each contestant."""

from __future__ import annotations

from pathlib import Path

CHAIN = 4
DELAY_MS = 50

CONFIG = """\
[targets.bench]
base_url = "http://localhost:{port}"
environment = "local"
in_flight = {count}
"""

SUITE = """\
[suite]
name = "synthetic"
[suite.select]
categories = ["synthetic"]
"""

PLUGIN = '''\
"""Generated checks, each one request of {delay} ms; every fourth begins a new chain."""

from pydantic import BaseModel

from vibehq_smoke import P1, hookimpl
from vibehq_smoke.checks import Check
from vibehq_smoke.models import CheckSpec, Mode


class Done(BaseModel):
    ok: bool


async def it_answers(hq):
    reply = await hq.bare.get("/?ms={delay}")
    assert reply.expect(Done).ok


@hookimpl
def vibehq_checks():
    return [Check(spec(number), it_answers) for number in range({count})]


def spec(number):
    needs = () if number % {chain} == 0 else (f"SYN-{{number - 1:04}}",)
    return CheckSpec(
        id=f"SYN-{{number:04}}", category="synthetic", title="it answers", component="orchestrator",
        priority=P1, mode=Mode.HTTP, needs=needs, location=__file__ + ":18",
    )
'''

TESTS = '''\
"""The same requests as ordinary tests: one after the other, each on the connection of its process."""

import http.client
import json

import pytest


@pytest.fixture(scope="session")
def connection():
    connection = http.client.HTTPConnection("127.0.0.1", {port})
    yield connection
    connection.close()


@pytest.mark.parametrize("number", range({count}))
def test_it_answers(connection, number):
    connection.request("GET", "/?ms={delay}")
    assert json.load(connection.getresponse())["ok"] is True
'''


def write(folder: Path, port: int, count: int) -> None:
    """Write configuration, suite, plugin and tests for ``count`` checks against the server at ``port``."""
    (folder / "plugins").mkdir(parents=True)
    (folder / "smoke.toml").write_text(CONFIG.format(port=port, count=count))
    (folder / "synthetic.toml").write_text(SUITE)
    (folder / "plugins" / "synthetic.py").write_text(PLUGIN.format(delay=DELAY_MS, count=count, chain=CHAIN))
    (folder / "test_synthetic.py").write_text(TESTS.format(delay=DELAY_MS, count=count, port=port))
