"""Faults of the wrangler files. All work line by line: a binding is one line in both forms."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from vibehq_smoke.lab.checkout.apps import APPS
from vibehq_smoke.lab.checkout.edits import Edit, edit, edit_all, replacing, without_lines
from vibehq_smoke.lab.checkout.tree import Tree
from vibehq_smoke.lab.checkout.wrangler import BASE_FILE, HUB_MIGRATION, ORCHESTRATOR_FILE, inherited

Changes = Mapping[str, str | None]

MISSING_BINDING = "ORCHESTRATOR_DOCS"
# The worker whose file has the fault, where one worker's has it.
BROKEN = "data-factory"
UNOBSERVED = "services-factory"
UNVERSIONED = "ui-factory"
NAMELESS = "cloudflare-expert-specialist"
_SELF_CONTAINED = ("health-specialist",)  # as built too


def _one(name: str, change: Edit) -> Callable[[Tree], Changes]:
    path = next(app.wrangler for app in APPS if app.name == name)
    return lambda tree: edit(tree, path, change)


def _shared(change: Edit) -> Callable[[Tree], Changes]:
    paths = (BASE_FILE, *(app.wrangler for app in APPS))
    return lambda tree: edit_all(tree, paths, change)


def _orchestrator(change: Edit) -> Callable[[Tree], Changes]:
    return lambda tree: edit(tree, ORCHESTRATOR_FILE, change)


def _inheriting(tree: Tree) -> Changes:
    workers: dict[str, str | None] = {app.wrangler: inherited(app) for app in APPS if app.name not in _SELF_CONTAINED}
    return workers | edit(tree, ORCHESTRATOR_FILE, _own_pairs_ignored)


def _own_pairs_ignored(text: str) -> str:
    pairs = [line for line in text.splitlines(keepends=True) if '"entrypoint":' in line]
    array = '  "services_entrypoints": [\n' + "".join(pairs) + "  ],\n"
    return without_lines('"entrypoint":')(text).replace('  "services": [\n', array + '  "services": [\n', 1)


def _no_targets(text: str) -> str:
    return re.sub(r'("HEALTH_WORKER_TARGETS": ).*', r'\1"",', text)


def _truncated(text: str) -> str:
    return text[: len(text) // 2]


DAMAGES: Mapping[str, Callable[[Tree], Changes]] = MappingProxyType(
    {
        "D-06": _inheriting,
        "D-31": _orchestrator(without_lines(HUB_MIGRATION)),
        "wrangler-binding-missing": _shared(without_lines(MISSING_BINDING)),
        "wrangler-entrypoint-wrong": _shared(replacing('"ChatsOps"', '"Conversations"')),
        "wrangler-service-name-wrong": _orchestrator(
            replacing('"ops-conflict-specialist" }', '"conflict-specialist" }')
        ),
        "wrangler-observability-off": _one(UNOBSERVED, replacing('"enabled": true', '"enabled": false')),
        "wrangler-version-metadata-missing": _one(UNVERSIONED, without_lines("CF_VERSION_METADATA")),
        "wrangler-worker-name-missing": _one(NAMELESS, without_lines('"WORKER_NAME"')),
        "wrangler-health-targets-empty": _orchestrator(_no_targets),
        "wrangler-broken": _one(BROKEN, _truncated),
    }
)
