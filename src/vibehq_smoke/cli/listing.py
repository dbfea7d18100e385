"""``vibehq-smoke list``: what would run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import category_option, config_option, suites_argument

if TYPE_CHECKING:
    from ..models import CheckSpec, Proved


@click.command("list")
@suites_argument
@config_option
@category_option
@click.option("--json", "as_json", is_flag=True, help="As a JSON array of check specs, each with its proof.")
def list_checks(suites: tuple[str, ...], config: Path | None, categories: tuple[str, ...], as_json: bool) -> None:
    """List the checks of suites: id, priority, component, title, what they need, whether they were seen to fail.

    SUITE is a TOML file or the name of a shipped suite:
    stage-smoke (the default), quick, post-deploy, nightly.
    """
    from ..reports.summary import is_proved, proof_words
    from ..session import Options, Session

    session = Session(Options(config=config, categories=categories))
    for path in session.suites.find(suites):
        session.suites.add(path)
    checks = session.suites.plan().selected
    proofs = {check.id: session.proofs.of(check) for check in checks}
    for line in session.proofs.warnings:
        click.echo(f"vibehq-smoke: {line}", err=True)
    specs = [check.spec for check in checks]
    if as_json:
        click.echo(json.dumps([_told(spec, proofs[spec.id]) for spec in specs], indent=2))
        return
    wide = max((len(spec.id) for spec in specs), default=0)
    category = ""
    for spec in specs:
        if spec.category != category:
            category = spec.category
            click.echo(f"{category} ({sum(other.category == category for other in specs)})")
        needs = f"  [needs {', '.join(spec.needs)}]" if spec.needs else ""
        line = f"  {spec.id:<{wide}}  {spec.priority}  {spec.mode:<8}  {spec.component:<15}  {spec.title}{needs}"
        click.echo(f"{line}  [{proof_words(proofs[spec.id])}]")
    click.echo(f"{len(specs)} checks, {sum(is_proved(proof) for proof in proofs.values())} of them proved")


def _told(spec: CheckSpec, proof: Proved | None) -> dict[str, Any]:
    return spec.model_dump(mode="json") | {"proof": proof.model_dump(mode="json") if proof else None}
