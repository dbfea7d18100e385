"""The counters of a run against the rows of its workers (contract part 4), each way in which they may not fit."""

from typing import Any

import pytest
from plugins._support.counters import miscounted
from plugins._support.health_models import RunStatus

RUN = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
HEALTHY = ("completed", "healthy")
BAD = ("completed", "critical")
DEAD = ("failed", "critical")
LATE = ("timeout", "timeout")
OPEN = ("running", None)


def run(status: str, counters: tuple[int, int, int], *rows: tuple[str, str | None]) -> RunStatus:
    """A run whose counters are those of completed, passed and failed workers."""
    names = ("completed_workers", "passed_workers", "failed_workers")
    body: dict[str, Any] = {
        "health_check_uuid": RUN,
        "status": status,
        "total_workers": 3,
        "overall_health_score": 0.5,
        "worker_results": [
            {
                "worker_check_uuid": f"{number:08}-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
                "health_check_uuid": RUN,
                "worker_name": f"worker-{number}",
                "worker_type": "factory",
                "status": state,
                "overall_status": verdict,
            }
            for number, (state, verdict) in enumerate(rows)
        ],
    }
    return RunStatus.model_validate(body | dict(zip(names, counters, strict=True)))


@pytest.mark.parametrize(
    "seen",
    [
        run("completed", (3, 2, 1), HEALTHY, HEALTHY, BAD),
        run("completed", (3, 2, 1), HEALTHY, HEALTHY, DEAD),
        run("completed", (2, 2, 1), HEALTHY, HEALTHY, DEAD),
        run("running", (1, 1, 0), HEALTHY, HEALTHY, OPEN),
        run("running", (0, 0, 0), OPEN, OPEN, OPEN),
        run("timeout", (3, 2, 0), HEALTHY, HEALTHY, LATE),
        run("timeout", (3, 2, 1), HEALTHY, HEALTHY, LATE),
        run("running", (3, 3, 0)),
    ],
    ids=["done", "one dead", "one dead, not completed", "lagging", "new", "late", "late is failed", "no rows"],
)
def test_what_fits_is_accepted(seen: RunStatus) -> None:
    assert miscounted(seen) is None


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        (run("running", (4, 0, 0)), "4 completed worker(s) of 3"),
        (run("running", (0, 2, 2)), "4 passed and failed worker(s) of 3"),
        (run("running", (2, 2, 0), HEALTHY, OPEN, OPEN), "2 completed worker(s), but 1 row(s) with a result"),
        (run("running", (1, 0, 0), HEALTHY, OPEN, OPEN), "0 passed and 0 failed of 1 completed"),
        (run("running", (1, 1, 1), HEALTHY, OPEN, OPEN), "1 passed and 1 failed worker(s), but 1 row(s) of 1"),
        (run("completed", (2, 2, 0), HEALTHY, HEALTHY, HEALTHY), "2 completed worker(s) in a completed run with 3"),
        (run("completed", (3, 2, 1), HEALTHY, HEALTHY, HEALTHY), "2 passed and 1 failed worker(s), but 3 row(s) of 3"),
        (run("completed", (3, 1, 1), HEALTHY, HEALTHY, BAD), "1 passed and 1 failed of 3 completed"),
        (run("completed", (3, 1, 1), HEALTHY, HEALTHY, LATE), "1 passed worker(s), but 2 row(s)"),
    ],
)
def test_what_does_not_fit_is_named(seen: RunStatus, wrong: str) -> None:
    assert wrong in (miscounted(seen) or "")
