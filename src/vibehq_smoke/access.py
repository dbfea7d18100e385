"""What a target offers and what a check cannot do without: the reason to skip, known before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .models import CheckSpec, Mode
from .platform.browser import missing_browser

if TYPE_CHECKING:
    from .config import Target


def missing_access(spec: CheckSpec, target: Target, *, read_only: bool) -> str | None:
    """What to set so that ``spec`` can run against ``target``; None when nothing is missing."""
    section = f"[targets.{target.name}]"
    if spec.writes and read_only:
        return (
            f"it writes, and {target.name} is read-only: set allow_writes = true in {section} and pass --allow-writes"
        )
    if spec.mode is Mode.OPERATOR and target.operator.kind == "none":
        return f"no operator channel: set kind in [targets.{target.name}.operator]"
    if spec.mode in (Mode.SOURCE, Mode.WRANGLER) and target.source is None:
        return f"no source checkout: set source in {section}"
    if spec.mode is Mode.CALLBACK and target.environment != "local" and target.callback_host is None:
        return f"workers cannot call this machine back: set callback_host in {section}"
    if spec.mode is Mode.BROWSER:
        return missing_browser(target)
    return None
