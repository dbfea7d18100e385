"""The ``smoke.toml`` that ``vibehq-smoke init`` writes."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ..errors import UsageError
from .tables import TargetName

_TEMPLATE = Path(__file__).parent.parent / "init_template.toml"
_CUT = "# --- target ---\n"
_ISSUES = "# --- issues ---\n"
_WORKERS_DEV = "YOUR-SUBDOMAIN.workers.dev"


def init_text(*names: str) -> str:
    """A commented ``smoke.toml`` with one target for each of ``names``; ``staging`` when none is given.

    It loads as it is; everything optional is commented out. The names ``local`` and ``production`` choose
    the environment of that name. Raises UsageError for a name that no target may have, or given twice.
    """
    _check(names)
    template = _TEMPLATE.read_text(encoding="utf-8")
    head, _, rest = template.partition(_CUT)
    target, _, issues = rest.partition(_ISSUES)
    filled = (_filled(target.rstrip("\n") + "\n", name) for name in names or ("staging",))
    return head.rstrip("\n") + "\n" + "".join(filled) + issues


def _check(names: tuple[str, ...]) -> None:
    for name in names:
        try:
            TypeAdapter(TargetName).validate_python(name)
        except ValidationError as error:
            raise UsageError(f"{name!r} {error.errors()[0]['ctx']['error']}") from None
        if names.count(name) > 1:
            raise UsageError(f"the target {name!r} is named twice")


def _filled(template: str, name: str) -> str:
    environment = name if name in ("local", "production") else "staging"
    # ports and worker names: contract 1.1 and 1.2
    base, worker, specialist = (
        ("http://localhost:8787", "http://localhost:8788", "http://localhost:8792")
        if environment == "local"
        else tuple(
            f"https://{worker}.{_WORKERS_DEV}"
            for worker in ("vibehq-orchestrator", "agent-factory", "ops-conflict-specialist")
        )
    )
    values = {
        "targets.TARGET": f'targets."{name}"' if "." in name else f"targets.{name}",
        "WORKER_URL": worker,
        "SPECIALIST_URL": specialist,
        "BASE_URL": base,
        "ENVIRONMENT": environment,
    }
    for place, value in values.items():
        template = template.replace(place, value)
    return template
