"""The miniature source checkout (contract HLT-14): written from templates, altered by the source faults."""

from importlib.resources import files
from pathlib import Path

from vibehq_smoke.lab.faults import Faults

# where it goes in the checkout -> template
FILES = (
    ("orchestrator/worker/entrypoints/HealthOps.ts", "HealthOps.ts"),
    ("orchestrator/worker/entrypoints/health.ts", "health.ts"),
    ("orchestrator/worker/api/routes/healthRoutes.ts", "healthRoutes.ts"),
    ("orchestrator/worker/runtime.d.ts", "runtime.d.ts"),
    ("@shared/types/db.ts", "db.ts"),
    ("orchestrator/tsconfig.worker.json", "tsconfig.worker.json"),
    ("orchestrator/wrangler.jsonc", "wrangler.jsonc"),
)
SOURCE_FAULTS = ("source-any", "source-type-error")
ANY_LINE = "\nexport function readAnything(row: any): any {\n  return row as any;\n}\n"
TYPE_ERROR_LINE = '\nexport const profileLimit: number = "fifteen";\n'


def write_checkout(folder: Path, faults: Faults) -> None:
    """Write all files under `folder`, replacing what is there. Raises OSError."""
    templates = files("vibehq_smoke.lab.checkout") / "templates"
    for place, template in FILES:
        text = (templates / template).read_text(encoding="utf-8")
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text + _damage(template, faults), encoding="utf-8")


def _damage(template: str, faults: Faults) -> str:
    if template != "HealthOps.ts":
        return ""
    any_line = ANY_LINE if faults.on("source-any") else ""
    return any_line + (TYPE_ERROR_LINE if faults.on("source-type-error") else "")
