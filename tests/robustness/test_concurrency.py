"""Checks really run at once, and where they must not, they do not."""

from itertools import pairwise
from pathlib import Path

from .hostile import hostile_server, says, slowly, whole
from .running import HEAD, Run, suite_run
from .test_hostile_target import STATUS

SLEEPING = (
    HEAD
    + """
def sleeping(id, seconds=0.2, **options):
    async def it_waits(hq):
        await asyncio.sleep(seconds)
    return check(id, component="health-api", priority=P1, **options)(it_waits)

for number in range(40):
    globals()[f"many_{number}"] = sleeping(f"MANY-{number}")
"""
)


def spans(done: Run, prefix: str = "") -> dict[str, tuple[float, float]]:
    """Start and end of every check, in seconds since the run began."""
    return {
        id_: (check["started_s"], check["started_s"] + check["duration_s"])
        for id_, check in done.checks.items()
        if id_.startswith(prefix)
    }


def took(done: Run) -> tuple[float, float]:
    """The seconds from the first start to the last end, and the sum of all durations."""
    times = spans(done).values()
    return max(end for _, end in times) - min(start for start, _ in times), sum(end - start for start, end in times)


def test_forty_waiting_checks_take_little_longer_than_one(project: Path) -> None:
    (project / "plugins" / "mine.py").write_text(SLEEPING)
    done = suite_run(project)
    assert done.record["totals"]["passed"] == 40
    span, total = took(done)
    assert total >= 40 * 0.2
    assert total / span > 5


ASKING = (
    HEAD
    + """
def asking(id):
    async def it_asks(hq):
        (await hq.bare.get("/one")).expect()
    return check(id, component="health-api", priority=P1)(it_asks)

for number in range(12):
    globals()[f"ask_{number}"] = asking(f"ASK-{number}")
"""
)


def test_in_flight_caps_what_the_target_sees_at_once(project: Path) -> None:
    (project / "plugins" / "mine.py").write_text(ASKING)
    most = {}
    for cap in (1, 4, 32):
        (project / "mine.toml").write_text(
            f'[suite]\nname = "mine"\nin_flight = {cap}\n[suite.select]\ncategories = ["mine"]\n'
        )
        with hostile_server({"/api/status": whole(STATUS), "/one": slowly(says({}), 0.05)}) as server:
            (project / "smoke.toml").write_text(f'[targets.stub]\nbase_url = "{server.url}"\nenvironment = "local"\n')
            done = suite_run(project)
        assert done.record["totals"]["passed"] == 12
        most[cap] = server.most_at_once
    assert most[1] == 1
    assert most[4] <= 4
    assert most[32] > 4


def test_exclusive_checks_run_alone(project: Path) -> None:
    plugin = (
        SLEEPING.replace("range(40)", "range(8)")
        + """
alone_0 = sleeping("ALONE-0", 0.1, exclusive="last")
alone_1 = sleeping("ALONE-1", 0.1, exclusive=True)
alone_2 = sleeping("ALONE-2", 0.1, exclusive=True, needs=["MANY-1"])
after_1 = sleeping("AFTER-1", 0.1, needs=["ALONE-1"])
after_2 = sleeping("AFTER-2", 0.1, needs=["ALONE-1", "MANY-2"])
alone_3 = sleeping("ALONE-3", 0.1, exclusive=True, needs=["AFTER-2", "ALONE-2"])
"""
    )
    (project / "plugins" / "mine.py").write_text(plugin)
    done = suite_run(project)
    assert set(done.outcomes.values()) == {"passed"}
    every = spans(done)
    for id_, (start, end) in spans(done, "ALONE").items():
        beside = [other for other, (begun, over) in every.items() if other != id_ and begun < end and start < over]
        assert beside == []
    assert every["ALONE-0"] == max(every.values()), "what asks to be last is last"


CHAIN = (
    SLEEPING.replace("range(40)", "range(0)")
    + """
for number in range(5):
    globals()[f"link_{number}"] = sleeping(f"LINK-{number}", 0.05, needs=[f"LINK-{number - 1}"] if number else [])
"""
)


def test_a_chain_runs_in_order_and_its_end_brings_all_of_it_along(project: Path) -> None:
    (project / "plugins" / "mine.py").write_text(CHAIN)
    done = suite_run(project, "-k", "LINK-4")
    assert {id_: check["hidden"] for id_, check in done.checks.items()} == {f"LINK-{n}": n != 4 for n in range(5)}
    assert done.record["totals"]["collected"] == 1
    assert done.record["totals"]["hidden"] == 4
    times = [spans(done)[f"LINK-{number}"] for number in range(5)]
    assert all(end <= start for (_, end), (start, _) in pairwise(times))
