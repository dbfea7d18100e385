"""Faults of the TypeScript sources, the type models, the migrations and the workflows."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from vibehq_smoke.lab.checkout.apps import APPS
from vibehq_smoke.lab.checkout.bindings import PAIRS
from vibehq_smoke.lab.checkout.edits import appending, edit, gone, replacing, without_block, without_lines
from vibehq_smoke.lab.checkout.tree import DRIZZLE, KYSELY, Tree

Changes = Mapping[str, str | None]

HEALTH_OPS = "orchestrator/worker/entrypoints/HealthOps.ts"
ROUTES = "orchestrator/worker/api/routes/index.ts"
MAIN = "orchestrator/worker/index.ts"
PAGES = "orchestrator/src/analytics/csv.ts"
MIGRATIONS = "orchestrator/migrations"
UNAPPLIED = f"{MIGRATIONS}/ops/9001_operation_logs_by_level.sql"
NOT_EXPORTED = "ContainerMonitoringOps"
MISSING_TABLE = "health_check_schedules"

# The files at which migrations stop as built, and a row that the constraints of each refuse (D-03).
_ILLEGAL_ROWS = (
    (
        "ops",
        "INSERT INTO ops_scans (created_at, scan_type, status) VALUES (CURRENT_TIMESTAMP, 'initial', 'completed');\n",
    ),
    (
        "health",
        """\
INSERT INTO test_profiles (name, category, target, schedule) VALUES
 ('worker-messages', 'communication', 'orchestrator', 'daily'),
 ('hub-frames', 'websocket', 'hub-health', 'daily');
""",
    ),
)
_STOPS_AT = "0002"
_ANY = "\nexport function readAnything(row: any): any {\n  return row as any;\n}\n"
_TYPE_ERROR = '\nexport const profileLimit: number = "fifteen";\n'
_PAGE_TYPE_ERROR = '\nexport const firstColumn: number = HEADER.split(",");\n'
_MISSING_IMPORT = '\nimport { captureDatabaseError } from "../observability/sentry";\n'
_SECOND_TABLE = """
export const healthChecks = sqliteTable("health_checks", {
  id: integer("id").primaryKey(),
  onError: text("on_error").default(captureDatabaseError),
});
"""
_PENDING = (
    "-- Finding errors without reading the whole log.\nCREATE INDEX operation_logs_by_level ON operation_logs(level);\n"
)


def _does_not_compile(tree: Tree) -> Changes:
    def change(text: str) -> str:
        text = replacing("export async function dispatch(", "export function dispatch(")(text)
        return replacing("await env.Vibe", "await app.env.Vibe")(text)

    return edit(tree, ROUTES, change)


def _broken_schema(tree: Tree) -> Changes:
    return edit(tree, DRIZZLE, lambda text: text.replace("\n\n", f"\n{_MISSING_IMPORT}\n", 1) + _SECOND_TABLE)


def _migrations_stop(tree: Tree) -> Changes:
    return {
        path: tree[path] + row
        for folder, row in _ILLEGAL_ROWS
        for path in tree
        if path.startswith(f"{MIGRATIONS}/{folder}/{_STOPS_AT}")
    }


def _old_folders(tree: Tree) -> Changes:
    changes: dict[str, str | None] = {}
    for app in APPS:
        old = f"apps/{app.name}" if app.factory else "apps/ops-specialists"
        if app.workflow in tree:
            changes[app.workflow] = tree[app.workflow].replace(app.folder, old)
    return changes


def _last_migration(tree: Tree) -> str:
    return max(path for path in tree if path.startswith(f"{MIGRATIONS}/ops/") and path != UNAPPLIED)


def _wrong_column(text: str) -> str:
    head, table, rest = text.partition(f'sqliteTable("{MISSING_TABLE}"')
    return head + table + rest.replace('integer("timeout_minutes")', 'integer("timeout_mins")', 1)


def _missing_table(text: str) -> str:
    text = without_block("interface HealthCheckSchedulesTable {", "}")(text)
    return without_lines(f"  {MISSING_TABLE}: ", f'"{MISSING_TABLE}"')(text)


def _exported(name: str) -> str:
    return f"export {{ {name} }} from"


DAMAGES: Mapping[str, Callable[[Tree], Changes]] = MappingProxyType(
    {
        "source-any": lambda tree: edit(tree, HEALTH_OPS, appending(_ANY)),
        "source-type-error": lambda tree: edit(tree, HEALTH_OPS, appending(_TYPE_ERROR)),
        "ui-type-error": lambda tree: edit(tree, PAGES, appending(_PAGE_TYPE_ERROR)),
        "D-01": _does_not_compile,
        "D-02": _broken_schema,
        "D-03": _migrations_stop,
        "D-05": lambda tree: edit(tree, MAIN, without_lines(*(_exported(entrypoint) for _, entrypoint in PAIRS))),
        "D-07": lambda _tree: gone(app.entry for app in APPS if app.factory),
        "D-32": _old_folders,
        "entrypoint-not-exported": lambda tree: edit(tree, MAIN, without_lines(_exported(NOT_EXPORTED))),
        "migration-broken": lambda tree: edit(tree, _last_migration(tree), appending("\nCREATE TABLE unfinished (\n")),
        "migration-unapplied": lambda _tree: {UNAPPLIED: _PENDING},
        "kysely-table-missing": lambda tree: edit(tree, KYSELY, _missing_table),
        "drizzle-column-wrong": lambda tree: edit(tree, DRIZZLE, _wrong_column),
    }
)
