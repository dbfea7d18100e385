"""``vibehq-smoke list``: what would run."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .options import category_option, config_option, suites_argument


@click.command("list")
@suites_argument
@config_option
@category_option
@click.option("--json", "as_json", is_flag=True, help="As a JSON array of check specs.")
def list_checks(suites: tuple[str, ...], config: Path | None, categories: tuple[str, ...], as_json: bool) -> None:
    """List the checks of suites: id, priority, component, what they need, title.

    SUITE is a TOML file or the name of a shipped suite:
    stage-smoke (the default), quick, post-deploy, nightly.
    """
    from ..session import Options, Session

    session = Session(Options(config=config, categories=categories))
    for path in session.find_suites(suites):
        session.add_suite(path)
    specs = [check.spec for check in session.plan(session.suites.values()).selected]
    if as_json:
        click.echo(json.dumps([spec.model_dump(mode="json") for spec in specs], indent=2))
        return
    wide = max((len(spec.id) for spec in specs), default=0)
    category = ""
    for spec in specs:
        if spec.category != category:
            category = spec.category
            click.echo(f"{category} ({sum(other.category == category for other in specs)})")
        needs = f"  [needs {', '.join(spec.needs)}]" if spec.needs else ""
        click.echo(f"  {spec.id:<{wide}}  {spec.priority}  {spec.mode:<8}  {spec.component:<15}  {spec.title}{needs}")
    click.echo(f"{len(specs)} checks")
