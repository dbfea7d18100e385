"""The bindings that workers reach the orchestrator by, and what its main module exports (contract 1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .typescript import tokenize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from vibehq_smoke.platform.wrangler_files import WranglerFile

    from .typescript import Token

ORCHESTRATOR = "vibehq-orchestrator"
"""Name of the orchestrator as a service."""

BASE_FILE = "@shared/base/wrangler.base.jsonc"

ENTRYPOINTS: Mapping[str, str] = {
    "ORCHESTRATOR_GITHUB": "GitHub",
    "ORCHESTRATOR_TASKS": "Tasks",
    "ORCHESTRATOR_FACTORY": "Factory",
    "ORCHESTRATOR_DELIVERY": "Delivery",
    "ORCHESTRATOR_LOGGING": "Logging",
    "ORCHESTRATOR_OPS": "Specialist",
    "ORCHESTRATOR_OPS_MONITOR": "OpsMonitorOps",
    "ORCHESTRATOR_HEALTH_CHECK": "Health",
    "ORCHESTRATOR_TEMPLATE": "TemplateOps",
    "ORCHESTRATOR_HIL": "HilOps",
    "ORCHESTRATOR_DATA": "DataOps",
    "ORCHESTRATOR_PROJECTS": "ProjectsOps",
    "ORCHESTRATOR_CHATS": "ChatsOps",
    "ORCHESTRATOR_HEALTH": "HealthOps",
    "ORCHESTRATOR_PATCH": "PatchOps",
    "ORCHESTRATOR_AI_PROVIDER": "AIProviderOps",
    "ORCHESTRATOR_DOCS": "DocsOps",
    "ORCHESTRATOR_CONTAINER_MONITORING": "ContainerMonitoringOps",
}
"""Binding to the entrypoint class behind it."""

OF_THE_ORCHESTRATOR = ("CONFLICT_SPECIALIST", "DELIVERY_REPORT_SPECIALIST", "ORCHESTRATOR_PATCH", "ORCHESTRATOR_HEALTH")
"""Services that the orchestrator itself uses."""

_DECLARES = frozenset({"class", "function", "const", "let", "var", "enum"})
_MODIFIERS = frozenset({"abstract", "async", "declare"})
_DEEPEST = 5


def missing_bindings(config: WranglerFile) -> list[str]:
    """Services that the worker uses and its file does not bind. Raises WranglerFileError."""
    used = OF_THE_ORCHESTRATOR if config.name == ORCHESTRATOR else tuple(ENTRYPOINTS)
    bound = {entry.get("binding") for entry in config.entries("services")}
    return [binding for binding in used if binding not in bound]


def wrong_pairs(config: WranglerFile) -> list[str]:
    """A line for each of the 18 pairs that ``config`` lacks or has otherwise. Raises WranglerFileError."""
    bound = {entry.get("binding"): entry for entry in config.entries("services")}
    wrong = []
    for binding, entrypoint in ENTRYPOINTS.items():
        entry = bound.get(binding)
        if entry is None:
            wrong.append(f"{binding} is missing")
        elif (entry.get("service"), entry.get("entrypoint")) != (ORCHESTRATOR, entrypoint):
            got = f"{entry.get('entrypoint')} of {entry.get('service')}"
            wrong.append(f"{binding} leads to {got} instead of {entrypoint} of {ORCHESTRATOR}")
    return wrong


def exports(module: Path, deep: int = 0) -> set[str]:
    """Names of the values that a TypeScript module exports, those of ``export *`` included. Raises OSError."""
    code = [token for token in tokenize(_text(module)) if token.kind != "comment"]
    found: set[str] = set()
    for at, token in enumerate(code):
        if token.kind == "word" and token.text == "export" and (at == 0 or code[at - 1].text != "."):
            found |= _exported(code[at + 1 :], module, deep)
    return found


def _exported(after: Sequence[Token], module: Path, deep: int) -> set[str]:
    words = [token.text for token in after[:4]]
    if words[:1] == ["{"]:
        return _listed(after[1:])
    if words[:2] == ["*", "from"] and deep < _DEEPEST:
        other = _module(module, after[2].text[1:-1])
        return exports(other, deep + 1) - {"default"} if other else set()
    while words and words[0] in _MODIFIERS:
        words.pop(0)
    return {words[1]} if len(words) > 1 and words[0] in _DECLARES else set()


def _listed(after: Sequence[Token]) -> set[str]:
    """The names in ``{ A, B as C, type D }``: what comes last in each part, types aside."""
    names: set[str] = set()
    part: list[str] = []
    for token in after:
        if token.text in (",", "}"):
            if part and part[0] != "type":
                names.add(part[-1])
            part = []
            if token.text == "}":
                break
        else:
            part.append(token.text)
    return names


def _module(module: Path, specifier: str) -> Path | None:
    if not specifier.startswith("."):
        return None
    base = module.parent / specifier
    places = (base.with_name(f"{base.name}.ts"), base / "index.ts", base.with_suffix(".ts"))
    return next((place for place in places if place.is_file()), None)


def _text(module: Path) -> str:
    return module.read_text(encoding="utf-8", errors="replace")
