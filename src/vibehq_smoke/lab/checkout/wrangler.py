"""The wrangler files of the checkout, generated from data (contract 1.2, 1.3, 1.5, INF-02, 06, 10, 12, 13, WRK-10).

Every file says all it needs itself: wrangler knows neither ``$ref`` nor ``services_entrypoints`` (D-06). The text is
real JSONC, with comments and trailing commas, one binding a line; one worker has the TOML form.
"""

import json
from collections.abc import Iterable

from vibehq_smoke.lab.checkout.apps import APPS, ORCHESTRATOR_PORT, App
from vibehq_smoke.lab.checkout.bindings import (
    COMPATIBILITY_DATE,
    CRONS,
    HUBS,
    OBJECTS,
    ORCHESTRATOR,
    OWN_PAIRS,
    PAIRS,
    SPECIALISTS,
)
from vibehq_smoke.lab.storage.databases import BINDINGS

ORCHESTRATOR_FILE = "orchestrator/wrangler.jsonc"
BASE_FILE = "@shared/base/wrangler.base.jsonc"
ENTRYPOINT_LINE = '{{ "binding": "{0}", "service": "{1}", "entrypoint": "{2}" }},'
SERVICE_LINE = '{{ "binding": "{0}", "service": "{1}" }},'
OBJECT_LINE = '{{ "name": "{0}", "class_name": "{1}" }},'
DATABASE_LINE = (
    '{{ "binding": "{0}", "database_name": "{1}", "database_id": "{2}", "migrations_dir": "migrations/{3}" }},'
)
HUB_MIGRATION = '{ "tag": "v2", "new_sqlite_classes": [' + ", ".join(f'"{name}"' for _, name in HUBS) + "] },"
_COMMON = (
    '"version_metadata": { "binding": "CF_VERSION_METADATA" },',
    '"observability": { "enabled": true, "head_sampling_rate": 1 },',
)


def wrangler_files() -> dict[str, str]:
    """Path -> text of every wrangler file, the shared base file included."""
    workers = {app.wrangler: _toml(app) if app.toml else _worker(app) for app in APPS}
    return {ORCHESTRATOR_FILE: _orchestrator(), BASE_FILE: _base()} | workers


def health_targets() -> str:
    """Value of HEALTH_WORKER_TARGETS: a JSON array of name, type and URL (Q10)."""
    return json.dumps([{"name": a.name, "type": a.type, "url": f"http://localhost:{a.port}"} for a in APPS])


def inherited(app: App) -> str:
    """The wrangler file as the platform has it: it counts on keys that wrangler ignores (D-06)."""
    up = "../" * (app.folder.count("/") + (2 if app.factory else 1))  # factories look one folder too high (1.5)
    if app.toml:
        return _inherited_toml(app, up)
    lines = [
        f'"name": "{app.name}",',
        f'"main": "{app.main}",',
        *([f'"compatibility_date": "{COMPATIBILITY_DATE}",'] if app.factory else []),
        f'"$ref": "{up}{BASE_FILE}",',
        f'"dev": {{ "port": {app.port} }},',
        *_vars(_worker_vars(app)),
        *_array("services_entrypoints", (ENTRYPOINT_LINE.format(b, ORCHESTRATOR, e) for b, e in PAIRS)),
    ]
    return _document("Bindings come from the shared base file.", lines)


def _orchestrator() -> str:
    variables = (
        ("WORKER_NAME", "orchestrator"),
        ("WORKER_TYPE", "control-plane"),
        ("CUSTOM_DOMAIN", "localhost"),
        ("ORCHESTRATOR_BASE_URL", f"http://localhost:{ORCHESTRATOR_PORT}"),
        ("HEALTH_WORKER_TARGETS", health_targets()),
    )
    databases = (DATABASE_LINE.format(*row[:2], _made_up_id(number), row[2]) for number, row in enumerate(BINDINGS, 1))
    lines = [
        *_head(ORCHESTRATOR, "worker/index.ts", ORCHESTRATOR_PORT),
        *_vars(variables),
        "// One folder of migrations for each database.",
        *_array("d1_databases", databases),
        '"kv_namespaces": [{ "binding": "VibecoderStore", "id": "00000000000000000000000000000000" }],',
        '"r2_buckets": [{ "binding": "TEMPLATES_BUCKET", "bucket_name": "vibesdk-templates" }],',
        '"ai": { "binding": "AI" },',
        '"assets": {',
        '  "directory": "dist", "binding": "ASSETS",',
        '  "not_found_handling": "single-page-application", "run_worker_first": true,',
        "},",
        '"durable_objects": {',
        *_indented(_array("bindings", (OBJECT_LINE.format(*item) for item in (*OBJECTS, *HUBS)))),
        "},",
        *_array("migrations", _object_migrations()),
        *_array(
            "services",
            [SERVICE_LINE.format(*pair) for pair in SPECIALISTS]
            + [ENTRYPOINT_LINE.format(binding, ORCHESTRATOR, entry) for binding, entry in OWN_PAIRS],
        ),
        "/* Full scan at two, incremental scan every four hours. */",
        f'"triggers": {{ "crons": {json.dumps(CRONS)} }},',
        *_COMMON,
    ]
    return _document("The orchestrator: every other worker reaches it by way of service bindings.", lines)


def _base() -> str:
    lines = [*_array("services", _pair_lines()), *_COMMON]
    return _document("What every worker has. wrangler cannot inherit: keep the workers' own files the same.", lines)


def _worker(app: App) -> str:
    crons = [f'"triggers": {{ "crons": {json.dumps(app.crons)} }},'] if app.crons else []
    lines = [
        *_head(app.name, app.main, app.port),
        *_vars(_worker_vars(app)),
        f"// The same as in {BASE_FILE}.",
        *_array("services", _pair_lines()),
        '"ai": { "binding": "AI" },',
        *crons,
        *_COMMON,
    ]
    return _document(f"{app.name}: a {app.type} of the platform.", lines)


def _toml(app: App) -> str:
    pairs = "".join(
        f'  {{ binding = "{b}", service = "{ORCHESTRATOR}", entrypoint = "{entry}" }},\n' for b, entry in PAIRS
    )
    variables = "".join(f"{key} = {json.dumps(value)}\n" for key, value in _worker_vars(app))
    return (
        f"# {app.name}: a {app.type} of the platform.\n"
        f'name = "{app.name}"\nmain = "{app.main}"\ncompatibility_date = "{COMPATIBILITY_DATE}"\nworkers_dev = true\n'
        f"services = [\n{pairs}]\n\n[dev]\nport = {app.port}\n\n[vars]\n{variables}\n"
        '[ai]\nbinding = "AI"\n\n[version_metadata]\nbinding = "CF_VERSION_METADATA"\n\n'
        "[observability]\nenabled = true\nhead_sampling_rate = 1\n"
    )


def _inherited_toml(app: App, up: str) -> str:
    variables = "".join(f"{key} = {json.dumps(value)}\n" for key, value in _worker_vars(app))
    return (
        "# Bindings come from the shared base file.\n"
        f'name = "{app.name}"\nmain = "{app.main}"\n"$ref" = "{up}{BASE_FILE}"\n\n'
        f"[dev]\nport = {app.port}\n\n[vars]\n{variables}"
    )


def _worker_vars(app: App) -> tuple[tuple[str, str], ...]:
    return (("WORKER_NAME", app.name), ("WORKER_TYPE", app.type), *app.vars)


def _head(name: str, main: str, port: int) -> list[str]:
    return [
        f'"name": "{name}",',
        f'"main": "{main}",',
        f'"compatibility_date": "{COMPATIBILITY_DATE}",',
        '"compatibility_flags": ["nodejs_compat"],',
        '"workers_dev": true,',
        f'"dev": {{ "port": {port} }}, // used by wrangler dev alone',
    ]


def _pair_lines() -> list[str]:
    return [ENTRYPOINT_LINE.format(binding, ORCHESTRATOR, entrypoint) for binding, entrypoint in PAIRS]


def _object_migrations() -> list[str]:
    first = ", ".join(f'"{name}"' for _, name in OBJECTS)
    return [f'{{ "tag": "v1", "new_sqlite_classes": [{first}] }},', HUB_MIGRATION]


def _vars(variables: Iterable[tuple[str, str]]) -> list[str]:
    return ['"vars": {', *(f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in variables), "},"]


def _array(key: str, lines: Iterable[str]) -> list[str]:
    return [f'"{key}": [', *_indented(lines), "],"]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _document(comment: str, lines: Iterable[str]) -> str:
    return f"// {comment}\n{{\n" + "".join(f"{line}\n" for line in _indented(lines)) + "}\n"


def _made_up_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"
