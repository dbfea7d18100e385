"""Checks that hang, crash, exit or leave things behind: each gets its own honest outcome, and the others theirs."""

import time
from pathlib import Path

import pytest

from tests.stub import Answer, Stub

from .running import HEAD, Run, assert_safe_to_open, suite_run

CHECKS = (
    HEAD
    + """
import contextlib, logging

async def nothing(hq, *_): ...

def one(id, **options):
    return check(id, component=options.pop("component", "health-api"), priority=P1, **options)

# -- checks that do not end

@one("HANG-WAITS", deadline=0.4)
async def it_waits_for_ever(hq):
    await asyncio.Event().wait()

@one("HANG-IGNORES", deadline=0.4)
async def it_ignores_cancellation(hq):
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)

@one("HANG-SWALLOWS", deadline=0.4)
async def it_passes_when_it_is_cancelled(hq):
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(3600)

@one("HANG-BLAMES", deadline=0.4)
async def it_blames_the_platform_when_it_is_cancelled(hq):
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        raise AssertionError("the platform is wrong") from None

@one("HANG-THREAD", deadline=0.4)
async def it_waits_for_a_thread(hq):
    await asyncio.to_thread(time.sleep, 60)

# -- checks that want to end more than themselves

def raising(id, error):
    async def it_raises(hq):
        raise error()
    it_raises.__module__ = __name__
    return one(id)(it_raises)

class Own(BaseException): ...

class Mute(Exception):
    def __str__(self):
        raise ValueError("no text")

exit_1 = raising("EXIT-SYSTEM", lambda: SystemExit(0))
exit_2 = raising("EXIT-KEYBOARD", KeyboardInterrupt)
exit_3 = raising("EXIT-OWN", Own)
exit_4 = raising("EXIT-CANCELS", asyncio.CancelledError)
exit_5 = raising("EXIT-GENERATOR", lambda: StopAsyncIteration())
exit_6 = raising("EXIT-MEMORY", MemoryError)
crash_1 = raising("CRASH-HUGE", lambda: RuntimeError("x" * 30_000_000))
crash_2 = raising("CRASH-MUTE", Mute)
crash_3 = raising("CRASH-LINES", lambda: RuntimeError("line\\n" * 1_000_000))
crash_4 = raising("CRASH-ACTS", lambda: RuntimeError("\\x1b[2J\\ud800 <script>alert(1)</script>"))

@one("EXIT-PYTEST")
async def it_skips_by_pytest(hq):
    import pytest
    pytest.skip("not today")

@one("CRASH-DEEP")
async def it_recurses(hq):
    def again(): again()
    again()

@one("GROUP-FAILS")
async def both_tasks_of_a_group_fail(hq):
    async def wrong(what):
        await asyncio.sleep(0)
        assert not what, f"{what} is wrong"
    async with asyncio.TaskGroup() as group:
        group.create_task(wrong("this"))
        group.create_task(wrong("that"))

@one("GROUP-CRASHES")
async def a_task_of_a_group_crashes(hq):
    async def wrong():
        raise KeyError("gone")
    async with asyncio.TaskGroup() as group:
        group.create_task(wrong())

# -- checks that leave something behind

@one("ODD-RETURNS")
async def it_returns_what_no_file_can_hold(hq):
    return [lambda: 1, object(), b"\\xff", float("nan")]

@one("ODD-TAKES", needs=["ODD-RETURNS"])
async def it_takes_what_no_file_can_hold(hq, things):
    assert things[0]() == 1

@one("ODD-NOTES")
async def it_leaves_notes_that_are_no_text(hq):
    hq.recorder.notes.append(object())

@one("ODD-LOGS")
async def it_logs_what_does_not_fit(hq):
    logging.getLogger("mine").warning("%d of %d", "one")
    for number in range(20_000):
        hq.log(f"line {number} " + "y" * 100)

@one("ODD-TASKS")
async def it_leaves_tasks_behind(hq):
    async def stubborn():
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
    async def failing():
        raise RuntimeError("nobody listens")
    hq.left = [asyncio.create_task(stubborn()), asyncio.create_task(failing()), asyncio.create_task(asyncio.sleep(99))]

# -- resources

@hookimpl
def vibehq_resources():
    return {name: globals()[name] for name in ("no_entry", "no_exit", "swallows", "wrong", "late")}

@contextlib.asynccontextmanager
async def no_entry(hq):
    raise RuntimeError("no entry")
    yield

@contextlib.asynccontextmanager
async def no_exit(hq):
    yield 1
    raise RuntimeError("no exit")

@contextlib.asynccontextmanager
async def swallows(hq):
    with contextlib.suppress(BaseException):
        yield 1

@contextlib.asynccontextmanager
async def late(hq):
    try:
        yield 1
    finally:
        await asyncio.sleep(3600)

def wrong(hq):
    raise SystemExit(3)

@one("RES-ENTRY")
async def its_resource_does_not_open(hq, no_entry): ...

@one("RES-EXIT")
async def its_resource_does_not_close(hq, no_exit): ...

@one("RES-BOTH")
async def it_fails_and_its_resource_does_not_close(hq, no_exit):
    assert no_exit == 2, "the platform is wrong"

@one("RES-SWALLOWS")
async def it_fails_and_its_resource_hides_that(hq, swallows):
    assert swallows == 2, "the platform is wrong"

@one("RES-WRONG")
async def its_resource_wants_to_exit(hq, wrong): ...

@one("RES-LATE", deadline=0.4)
async def its_resource_never_closes(hq, late): ...

# -- and those that are as they should be

@one("FINE-1")
async def it_is_fine(hq):
    await asyncio.sleep(0.2)

@one("FINE-2", needs=["FINE-1"])
async def it_is_fine_too(hq, _=None): ...
"""
)

EXPECTED = {
    "HANG-WAITS": "error", "HANG-IGNORES": "error", "HANG-SWALLOWS": "error",
    "HANG-BLAMES": "error", "HANG-THREAD": "error",
    "EXIT-SYSTEM": "error", "EXIT-KEYBOARD": "error", "EXIT-OWN": "error", "EXIT-CANCELS": "error",
    "EXIT-GENERATOR": "error", "EXIT-MEMORY": "error", "EXIT-PYTEST": "error",
    "CRASH-HUGE": "error", "CRASH-MUTE": "error", "CRASH-LINES": "error", "CRASH-ACTS": "error", "CRASH-DEEP": "error",
    "GROUP-FAILS": "failed", "GROUP-CRASHES": "error",
    "ODD-RETURNS": "passed", "ODD-TAKES": "passed", "ODD-NOTES": "error", "ODD-LOGS": "passed", "ODD-TASKS": "passed",
    "RES-ENTRY": "error", "RES-EXIT": "error", "RES-BOTH": "failed", "RES-SWALLOWS": "failed", "RES-WRONG": "error",
    "RES-LATE": "error",
    "FINE-1": "passed", "FINE-2": "passed",
}  # fmt: skip


def run_with(project: Path, plugin: str, *arguments: str) -> Run:
    (project / "plugins" / "mine.py").write_text(plugin)
    return suite_run(project, *arguments)


def test_every_misbehaving_check_gets_its_own_outcome(project: Path) -> None:
    done = run_with(project, CHECKS)
    assert done.code == 4, done.said
    assert done.outcomes == EXPECTED
    assert done.record["run"]["partial"] is False
    assert "Traceback (most" not in done.said
    assert done.checks["EXIT-SYSTEM"]["reason"] == "the check crashed: SystemExit: 0"
    assert "this is wrong" in done.checks["GROUP-FAILS"]["reason"]
    assert "that is wrong" in done.checks["GROUP-FAILS"]["reason"]
    assert "its arguments do not fit" not in done.checks["ODD-NOTES"]["reason"]
    assert (done.out / "results.json").stat().st_size < 2_000_000
    assert_safe_to_open(done.page)
    # All of them wait at the same time, and nothing but the deadlines and the second of grace is waited for.
    assert done.seconds < 45


# Not among those above: whoever of them holds up the loop for a second excuses the target.
WAITING = (
    HEAD
    + """
@check("HANG-TARGET", component="health-api", priority=P1, deadline=0.4)
async def it_waits_for_the_target_for_ever(hq):
    await hq.bare.get("/slow")
"""
)


def test_a_target_that_never_answers_is_blamed_for_it(project: Path, stub: Stub) -> None:
    stub.answers["/slow"] = Answer({}, delay_s=3)
    done = run_with(project, WAITING)
    assert done.code == 1, done.said
    assert done.outcomes == {"HANG-TARGET": "failed"}


BLOCKING = (
    HEAD
    + """
@check("BLOCK-01", component="health-api", priority=P1)
async def it_blocks_the_loop(hq):
    await asyncio.sleep(0.3)
    time.sleep(2.5)

def waiting(number):
    async def it_waits_for_an_answer(hq):
        await hq.bare.get("/slow")
    return check(f"WAIT-{number}", component="health-api", priority=P1)(it_waits_for_an_answer)

waiting_1, waiting_2, waiting_3 = map(waiting, range(3))
"""
)


def test_a_check_that_blocks_the_loop_is_no_proof_against_the_platform(project: Path, stub: Stub) -> None:
    stub.answers["/slow"] = Answer({}, delay_s=1.5)
    (project / "mine.toml").write_text(
        '[suite]\nname = "mine"\nexchange_deadline_s = 1\n[suite.select]\ncategories = ["mine"]\n'
    )
    done = run_with(project, BLOCKING)
    assert done.outcomes["BLOCK-01"] == "passed"
    # Late by their deadline of 1 s, but nobody can say whether the platform was.
    assert {done.outcomes[f"WAIT-{number}"] for number in range(3)} == {"error"}
    assert "held up" in done.checks["WAIT-1"]["reason"]
    assert done.code == 4


@pytest.mark.parametrize("check", ["HANG-IGNORES", "EXIT-KEYBOARD"])
def test_stopping_at_the_first_error_ends_at_once(project: Path, check: str) -> None:
    stubborn = "HANG-IGNORES" if check != "HANG-IGNORES" else "HANG-SWALLOWS"
    plugin = CHECKS.replace(f'"{stubborn}", deadline=0.4', f'"{stubborn}"')
    began = time.monotonic()
    done = run_with(project, plugin, "-x", "-k", f"{check} or {stubborn}")
    assert time.monotonic() - began < 25
    assert done.outcomes == {check: "error", stubborn: "skipped"}
    assert done.record["run"]["partial"] is True
    assert done.code == 4


def test_a_long_chain_behind_a_failure_is_blocked_to_its_end(project: Path) -> None:
    chain = """
for number in range(520):
    needs = [f"STEP-{number - 1}"] if number else []
    async def own(hq):
        assert hq is None, "the first of many"
    globals()[f"step_{number}"] = check(f"STEP-{number}", component="health-api", priority=P1, needs=needs)(own)
del own
"""
    done = run_with(project, HEAD + chain)
    assert done.code == 1, done.said[-2000:]
    assert done.record["totals"]["failed"] == 1
    assert done.record["totals"]["blocked"] == 519
