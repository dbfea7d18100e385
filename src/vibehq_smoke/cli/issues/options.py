"""The options that the commands below ``vibehq-smoke issues`` share."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ...issues import FOLDER, HISTORY
from ..options import F, config_option


@dataclass(frozen=True)
class IssueOptions:
    """Where issues live, and what is to be done there."""

    repo: str | None
    folder: Path
    history: Path
    config: Path | None
    as_json: Path | None = None
    sync: bool = False
    """Carry the plan out."""


_OPTIONS = (
    click.option("--repo", metavar="OWNER/NAME", help="GitHub repository; GITHUB_TOKEN gives access to it."),
    click.option(
        "--folder",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False),
        help=f"Folder of Markdown files in its place.  [default: {FOLDER}]",
    ),
    click.option(
        "--history",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        default=HISTORY,
        show_default=True,
        help="The local record of causes and writes.",
    ),
    config_option,
    click.option(
        "--json",
        "as_json",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write the plan, and what became of it, as JSON.",
    ),
)


def issue_options(function: F) -> F:
    """Give a command the options of where issues live, as the keyword ``options``."""

    @functools.wraps(function)
    def command(
        *arguments: Any,
        repo: str | None,
        folder: Path | None,
        history: Path,
        config: Path | None,
        as_json: Path | None,
        sync: bool = False,
        **others: Any,
    ) -> Any:
        from ...errors import UsageError

        if repo is not None and folder is not None:
            raise UsageError("--repo and --folder name two places: leave one out")
        options = IssueOptions(repo, folder or FOLDER, history, config, as_json, sync)
        return function(*arguments, options=options, **others)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command  # type: ignore[return-value]  # the wrapper takes what click gives it


sync_option = click.option("--sync", is_flag=True, help="Carry the plan out; without it, it is only shown.")
"""For the commands that read what other tools say; ``issues plan`` and ``issues sync`` are two commands."""
