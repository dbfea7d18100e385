"""One platform per test process, a caller with its own account per module, a callback listener per process."""

import secrets
from collections.abc import Iterator

import httpx
import pytest

from .caller import Caller, registered, stranger
from .listener import Listener, started_listener
from .operators import Operator
from .running import Platform, started_platform

TIMEOUT = httpx.Timeout(30)
"""Seconds; generous, because a loaded machine is no defect of the platform."""


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The platform under test."""
    with started_platform(tmp_path_factory.mktemp("platform")) as running:
        yield running


@pytest.fixture(scope="session")
def http(platform: Platform) -> Iterator[httpx.Client]:
    """A bare client of the orchestrator: no credential, no cookie jar that would add one."""
    with httpx.Client(base_url=platform.url, timeout=TIMEOUT, cookies=None, trust_env=False) as client:
        client.event_hooks["response"].append(lambda _: client.cookies.clear())
        yield client


@pytest.fixture(scope="session")
def workers_http(platform: Platform) -> Iterator[httpx.Client]:
    """A bare client for workers' absolute URLs."""
    with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def operator(platform: Platform) -> Iterator[Operator]:
    """The operator channel."""
    with httpx.Client(base_url=platform.operator, timeout=TIMEOUT, trust_env=False) as client:
        yield Operator(client)


@pytest.fixture(scope="session")
def accounts() -> dict[str, Caller]:
    """Callers by module: kept for the whole session, so that no order of tests registers more than one each."""
    return {}


@pytest.fixture(scope="module")
def hq(request: pytest.FixtureRequest, http: httpx.Client, accounts: dict[str, Caller]) -> Caller:
    """A signed-in caller whose account, and with it rate limit, belongs to the module alone."""
    name = str(request.node.name)
    if name not in accounts:
        accounts[name] = registered(http)
    return accounts[name]


@pytest.fixture(scope="module")
def nobody(http: httpx.Client) -> Caller:
    """A caller without credential, with a valid CSRF pair."""
    return stranger(http)


@pytest.fixture(scope="session")
def service(operator: Operator) -> dict[str, str]:
    """The service credential as headers (3.3)."""
    return {"Authorization": f"Bearer {operator.credentials()['service_token']}"}


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    """Where workers post results of executions that tests ask for."""
    with started_listener() as running:
        yield running


@pytest.fixture
def tag() -> str:
    """A mark no other test uses; everything created carries it (R5)."""
    return f"smoke-{secrets.token_hex(5)}"
