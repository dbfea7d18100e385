"""A platform that dies while it is checked is the cause, whatever the checks were about."""

from pathlib import Path

from .hostile import Line, hostile_server, says, whole
from .running import HEAD, suite_run
from .test_hostile_target import STATUS

CHECKS = (
    HEAD
    + """
@check("DIE-01", component="orchestrator", priority=P0)
async def the_first_answer_comes(hq):
    assert (await hq.bare.get("/one")).expect()["value"] == 1

@check("DIE-02", component="analytics-api", priority=P2, needs=["DIE-01"])
async def the_platform_dies_now(hq):
    await hq.bare.get("/die")

@check("DIE-03", component="health-api", priority=P1, needs=["DIE-01"])
async def health_is_asked_for_later(hq):
    await asyncio.sleep(0.5)
    await hq.bare.get("/one")

@check("DIE-04", component="patch-api", priority=P1, needs=["DIE-02"])
async def it_needs_what_died(hq): ...

@check("DIE-05", component="delivery-api", priority=P1, needs=["DIE-03"])
async def it_needs_what_failed_since(hq): ...
"""
)


def test_the_orchestrator_that_dies_in_mid_run_is_the_root_cause(project: Path) -> None:
    (project / "plugins" / "mine.py").write_text(CHECKS)

    def die(line: Line) -> None:
        line.server.die()

    with hostile_server({"/api/status": whole(STATUS), "/one": says({"value": 1}), "/die": die}) as server:
        (project / "smoke.toml").write_text(f'[targets.stub]\nbase_url = "{server.url}"\nenvironment = "local"\n')
        done = suite_run(project)
    assert done.code == 1, done.said
    assert done.outcomes == {
        "DIE-01": "passed", "DIE-02": "failed", "DIE-03": "failed", "DIE-04": "blocked", "DIE-05": "blocked",
    }  # fmt: skip
    assert done.record["root_causes"] == ["orchestrator"]
    assert done.checks["DIE-02"]["kind"] == "unreachable"
    assert done.record["totals"]["collected"] == 5
    assert "1 cause" in done.stdout, "what was seen before is shown, not only that nothing answers any more"
    assert "nothing was judged" not in done.said
