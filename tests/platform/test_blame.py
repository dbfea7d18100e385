"""Runner or target: decided by error number, host and probe."""

import asyncio
import errno
import socket

import pytest

from vibehq_smoke.errors import RunnerOffline, SmokeError, Unreachable
from vibehq_smoke.platform.blame import Blame
from vibehq_smoke.platform.dialing import errnos
from vibehq_smoke.platform.wire import FailureKind, Origin, Request, WireFailure


def verdict(kind: FailureKind, number: int, *, host: str = "example.test", probe: str | None = None) -> SmokeError:
    failure = WireFailure(kind, "why", errnos=frozenset((number,)))
    request = Request("GET", Origin("https", host, 443), "/")
    return asyncio.run(Blame(probe).verdict(failure, request, "orchestrator"))


@pytest.mark.parametrize(
    ("kind", "number", "host", "expected"),
    [
        ("network", errno.ENETUNREACH, "example.test", RunnerOffline),
        ("network", errno.ENETDOWN, "example.test", RunnerOffline),
        ("network", errno.EHOSTUNREACH, "example.test", Unreachable),
        ("dns", socket.EAI_AGAIN, "example.test", RunnerOffline),
        ("dns", socket.EAI_NONAME, "example.test", Unreachable),
        ("network", errno.ENETUNREACH, "localhost", Unreachable),
        ("unreachable", errno.ECONNREFUSED, "example.test", Unreachable),
    ],
)
def test_without_a_probe_the_error_number_decides(
    kind: FailureKind, number: int, host: str, expected: type[SmokeError]
) -> None:
    assert type(verdict(kind, number, host=host)) is expected


@pytest.mark.parametrize(
    ("kind", "number"),
    [("network", errno.ENETUNREACH), ("network", errno.EHOSTUNREACH), ("dns", socket.EAI_NONAME)],
)
def test_a_dead_probe_makes_it_the_runners_fault(kind: FailureKind, number: int) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        probe = f"127.0.0.1:{holder.getsockname()[1]}"
        assert isinstance(verdict(kind, number, probe=probe), RunnerOffline)


@pytest.mark.parametrize(("kind", "number"), [("network", errno.ENETUNREACH), ("dns", socket.EAI_AGAIN)])
def test_a_live_probe_makes_it_the_targets_fault(kind: FailureKind, number: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        probe = f"127.0.0.1:{listening.getsockname()[1]}"
        assert isinstance(verdict(kind, number, probe=probe), Unreachable)


def test_the_numbers_of_several_failed_addresses_are_found() -> None:
    several = OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 101] Connect call failed")
    assert errnos(several) == {111, 101}
    assert errnos(OSError(errno.ENETDOWN, "down")) == {errno.ENETDOWN}
    assert errnos(OSError("odd")) == frozenset()
