"""The truth table: under every fault that the lab knows, exactly the expected checks react, and no other.

The slowest tests of the project, since each fault is a run of all shipped checks: ``make truth`` runs them.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.judge import judge_run
from vibehq_smoke.lab.switches import ALL

from . import running
from .running import lab, no_gates, run_checks, run_info
from .switching import all_faults, fault
from .verdicts import disagreements

OF_TSC = ("D-01", "D-02", "source-type-error")
"""Faults that TypeScript's own checker sees."""

LASTING = ("clock-skew-orchestrator", "clock-skew-agent-factory")
"""Faults that leave rows with wrong times behind, which tell on whoever reads them later."""


PATIENCE_S = {"callback-late": 40.0}
"""Seconds that HLT-06 has where its usual ones in tests would turn a result that is only late into none."""


@contextmanager
def at_fault(healthy: Target, id_: str) -> Iterator[Target]:
    """The lab of this module with the fault on, or one of its own for a fault that lasts."""
    if id_ in LASTING:
        with lab(id_) as target:
            yield target
    else:
        with fault(healthy, id_):
            yield healthy


@pytest.mark.slow
@pytest.mark.parametrize("id_", [switch.id for switch in ALL])
def test_exactly_the_expected_checks_react(
    host: Host, healthy: Target, request: pytest.FixtureRequest, id_: str
) -> None:
    if id_ not in OF_TSC:
        request.getfixturevalue("tsc")
    elif shutil.which("tsc") is None:
        pytest.skip("there is no tsc on this machine")

    with at_fault(healthy, id_) as target:
        expected = next(known["expected"] for known in all_faults(target) if known["id"] == id_)
        seen = run_checks(host, target, patience_s=PATIENCE_S.get(id_, running.PATIENCE_S))

    record = judge_run(
        run_info("truth", target),
        tuple(seen.results.values()),
        seen.observations,
        tuple(host.graph().components.values()),
        no_gates(),
    )
    assert disagreements(id_, expected, record) == {}
    assert record.totals.collected == 25
