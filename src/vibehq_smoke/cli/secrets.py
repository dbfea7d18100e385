"""The secrets that ``smoke.toml`` speaks of, for whoever has to keep them to himself."""

from __future__ import annotations

from pathlib import Path

from ..errors import UsageError


def configured(file: Path | None) -> list[str]:
    """Those of all targets whose variables are set; none when there is no such file, or nobody can read it."""
    from ..config import load_config

    try:
        return load_config(file).secrets()
    except (UsageError, OSError):
        return []
