"""Options that several commands share, and how they become a session's options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..models import MOST_RETRIES

F = TypeVar("F", bound=Callable[..., Any])

INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended, as shells have it."""

REPORTS = Path("reports/latest")

target_option = click.option(
    "--target", metavar="NAME", help="Target from smoke.toml. Default: embedded, started for the run."
)
config_option = click.option(
    "--config", metavar="FILE", type=click.Path(path_type=Path), help="smoke.toml. Default: searched upward from here."
)
out_option = click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    default=REPORTS,
    show_default=True,
    help="Folder for results.json and report.html.",
)
fault_option = click.option(
    "--fault", "faults", metavar="ID", multiple=True, help="Switch on a fault of the embedded target. Repeatable."
)
retries_option = click.option(
    "--retries",
    metavar="N",
    type=click.IntRange(0, MOST_RETRIES),
    help=f"Try a failing check that only reads up to N times more (0 to {MOST_RETRIES}). Default: as the suite says.",
)
category_option = click.option(
    "--category", "categories", metavar="NAME", multiple=True, help="Only checks of this category. Repeatable."
)
suites_argument = click.argument("suites", nargs=-1, metavar="[SUITE]...")
deploy_option = click.option(
    "--deploy", metavar="ID", help="What is deployed on the target: a version id or a commit. Or VIBEHQ_SMOKE_DEPLOY."
)
deployed_at_option = click.option(
    "--deployed-at",
    metavar="TIME",
    help="Since when: ISO 8601 with zone, such as 2026-05-01T22:00:00Z. Or VIBEHQ_SMOKE_DEPLOYED_AT.",
)
record_option = click.option(
    "--record",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write down what the checks saw, without secrets, for `vibehq-smoke prove --recording FILE`.",
)
