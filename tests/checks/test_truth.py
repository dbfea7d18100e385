"""The truth table: under every fault that the lab knows, exactly the expected checks react, and no other.

The slowest tests of the project, since each fault is a run of all 25 checks: ``-m "not slow"`` leaves them out,
and ``-n 2`` halves them.
"""

import shutil

import pytest

from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.judge import judge_run
from vibehq_smoke.lab.switches import ALL
from vibehq_smoke.models import Status

from .running import no_gates, run_checks, run_info
from .switching import all_faults, fault

NEEDS_TSC = "source-type-error"
"""The one fault that only TypeScript's own checker can see."""


@pytest.mark.slow
@pytest.mark.parametrize("id_", [switch.id for switch in ALL])
def test_exactly_the_expected_checks_react(
    host: Host, healthy: Target, request: pytest.FixtureRequest, id_: str
) -> None:
    if id_ != NEEDS_TSC:
        request.getfixturevalue("tsc")
    elif shutil.which("tsc") is None:
        pytest.skip("there is no tsc on this machine")
    expected = next(known["expected"] for known in all_faults(healthy) if known["id"] == id_)

    with fault(healthy, id_):
        seen = run_checks(host, healthy)

    assert seen.not_passed() == expected["checks"], {check: seen.reason(check) for check in seen.not_passed()}
    record = judge_run(
        run_info("truth", healthy),
        tuple(seen.results.values()),
        seen.observations,
        tuple(host.graph().components.values()),
        no_gates(),
    )
    troubled = {
        line.id: line.status.value for line in record.components if line.status in (Status.BROKEN, Status.DEGRADED)
    }
    assert troubled == expected["components"]
    assert sorted(record.root_causes) == sorted(expected["root_causes"])
    assert record.totals.collected == 25
