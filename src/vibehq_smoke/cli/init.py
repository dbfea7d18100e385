"""``vibehq-smoke init``: a commented smoke.toml to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import UsageError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def init(folder: Path, force: bool) -> None:
    """Write a commented smoke.toml into FOLDER (default: here)."""
    from ..config import init_text

    path = folder / "smoke.toml"
    if path.exists() and not force:
        raise UsageError(f"{path} exists: edit it, or overwrite it with --force")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(init_text(), encoding="utf-8")
    click.echo(f"wrote {path}: fill in a target, then `vibehq-smoke doctor --target NAME`")
