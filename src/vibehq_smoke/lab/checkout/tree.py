"""All files of the healthy checkout, as path -> text."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from vibehq_smoke.lab.checkout.apps import APPS
from vibehq_smoke.lab.checkout.models import drizzle, kysely
from vibehq_smoke.lab.checkout.schema import migrated
from vibehq_smoke.lab.checkout.workflows import workflow_files
from vibehq_smoke.lab.checkout.wrangler import wrangler_files
from vibehq_smoke.lab.storage.databases import BINDINGS

Tree = Mapping[str, str]

KYSELY = "@shared/types/db.ts"
DRIZZLE = "orchestrator/worker/database/schema.ts"
PATCH_MANAGER = "scripts/patch_manager.py"
PATCHCTL = "patchctl"
EXECUTABLE = (PATCH_MANAGER, PATCHCTL, "scripts/patchctl")
_ROOM = "vibehq_smoke.lab.checkout"
_SKIPPED = ("__pycache__",)


def healthy_tree() -> dict[str, str]:
    """Path -> text of every file, with the type models made from the migrated schema. Raises OSError."""
    scripts = migration_scripts()
    schema = migrated({folder: tuple(scripts[folder].values()) for folder in scripts})
    migrations = {
        f"orchestrator/migrations/{folder}/{name}": text for folder in scripts for name, text in scripts[folder].items()
    }
    templates = dict(_texts(files(_ROOM) / "templates"))
    models = {KYSELY: kysely(schema), DRIZZLE: drizzle(schema)}
    return templates | migrations | models | wrangler_files() | workflow_files() | _entry_modules()


def migration_scripts() -> dict[str, dict[str, str]]:
    """The lab's own migrations: folder of the database -> name -> text, in the order in which they are applied."""
    root = files("vibehq_smoke.lab.storage") / "migrations"
    return {folder: dict(sorted(_texts(root / folder))) for _, _, folder in BINDINGS}


def _entry_modules() -> dict[str, str]:
    template = (files(_ROOM) / "worker_entry.ts").read_text(encoding="utf-8")
    return {
        app.entry: template.replace("{name}", app.name).replace("{up}", "../" * app.entry.count("/")) for app in APPS
    }


def _texts(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    for item in folder.iterdir():
        if item.is_file():
            yield above + item.name, item.read_text(encoding="utf-8")
        elif item.name not in _SKIPPED:
            yield from _texts(item, f"{above}{item.name}/")
