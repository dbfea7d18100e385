"""``vibehq-smoke doctor``: can this target be checked, and what will be skipped?"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..gates import ExitCode
from ..models import Observation, Status
from .options import config_option, fault_option, suites_argument, target_option

if TYPE_CHECKING:
    from ..session import Session


@click.command()
@suites_argument
@target_option
@config_option
@fault_option
@click.option("--allow-writes", is_flag=True, help="Judge as if run with --allow-writes.")
def doctor(
    suites: tuple[str, ...], target: str | None, config: Path | None, faults: tuple[str, ...], allow_writes: bool
) -> None:
    """Look whether a target is reachable, which credentials and channels are there, and what will be skipped."""
    from ..session import Options, Session

    session = Session(Options(target=target, config=config, faults=faults, allow_writes=allow_writes))
    try:
        for path in session.suites.find(suites):
            session.suites.add(path)
        code = _examine(session)
    finally:
        session.close()
    sys.exit(code)


def _examine(session: Session) -> int:
    target = session.ground.target
    click.echo(f"target       {target.name} ({target.environment}) {target.base_url}")
    click.echo(f"configured   {', '.join(target.workers) or 'no workers'}")
    click.echo(f"credential   {target.auth.kind}; service to service: {target.service_auth.kind}")
    click.echo(f"channel      {target.operator.kind}; source: {target.source or 'none'}")
    click.echo(f"writes       {'no, read-only' if session.ground.read_only else 'yes, tagged and listed'}")
    observations = asyncio.run(_ask(session))
    for seen in observations:
        word = "ok" if seen.status is Status.WORKING else seen.status.upper()
        click.echo(f"{word:<12} {seen.component} {seen.reason}")
    _say_what_is_skipped(session)
    if any(seen.unreachable and seen.component == "orchestrator" for seen in observations):
        return ExitCode.UNREACHABLE
    return int(any(seen.status is Status.BROKEN for seen in observations))


async def _ask(session: Session) -> list[Observation]:
    platform = session.open_platform()
    try:
        asked = session.ground.host.manager.hook.vibehq_preflight(hq=platform.preflight_hq())
        return [seen for some in await asyncio.gather(*asked) for seen in some]
    finally:
        await platform.close()


def _say_what_is_skipped(session: Session) -> None:
    from ..access import missing_access

    ground, checks = session.ground, session.suites.plan().selected
    missing = {
        check.id: reason
        for check in checks
        if (reason := missing_access(check.spec, ground.target, read_only=ground.read_only))
    }
    click.echo(f"{len(checks) - len(missing)} of {len(checks)} checks can run")
    for id_, reason in missing.items():
        click.echo(f"  skipped {id_}: {reason}")
