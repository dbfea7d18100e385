"""Reading a Worker's source text: what it exports, binds and serves (for cloud-worker-retrofit). Pure."""

import re
from dataclasses import dataclass

from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.workers.specialists.code_rules import findings, score

HEALTH_PATHS = ("/health-check/execute", "/health-check/status", "/health-check/quick")
_BINDING = re.compile(r"\b(?:env|c\.env|this\.env)\.([A-Z][A-Z0-9_]*)\b")
_ROUTE = re.compile(r"\.(get|post|put|patch|delete|all)\s*\(\s*[\"'`](/[^\"'`]*)[\"'`]")
_IMPORT = re.compile(r"^[ \t]*import\b[^\"';]{0,1000}[\"']([^\"']+)[\"']", re.MULTILINE)
_DEFAULT = re.compile(r"^[ \t]*export[ \t]+default\b", re.MULTILINE)
_HANDLER = re.compile(r"\b(fetch|scheduled|queue|email|tail)\s*(?:\(|:\s*(?:async\b|function\b|\())")
_QUOTED_OR_COMMENT = re.compile(
    r"(\"(?:\\.|[^\"\\\n])*+(?:\"|(?=\n)|\Z|\\)|'(?:\\.|[^'\\\n])*+(?:'|(?=\n)|\Z|\\)|`(?:\\.|[^`\\])*+(?:`|\Z|\\))"
    r"|//[^\n]*|/\*.*?(?:\*/|\Z)",
    re.DOTALL,
)
_CLASS = re.compile(r"^[ \t]*export[ \t]+class[ \t]+(\w+)(?:[ \t]+extends[ \t]+([\w.]+))?", re.MULTILINE)


@dataclass(frozen=True)
class Analysis:
    """What stands in the source of one Worker."""

    lines: int
    default_export: bool
    handlers: tuple[str, ...]
    classes: tuple[tuple[str, str], ...]
    bindings: tuple[str, ...]
    routes: tuple[str, ...]
    imports: tuple[str, ...]
    health_paths: tuple[str, ...]
    findings: tuple[Json, ...]

    @property
    def missing_health_paths(self) -> tuple[str, ...]:
        """Paths of the health-check protocol that the source does not name (contract part 4)."""
        return tuple(path for path in HEALTH_PATHS if path not in self.health_paths)

    @property
    def needs(self) -> tuple[str, ...]:
        """What has to be added to make it a worker of the platform."""
        wanted = []
        if not self.default_export:
            wanted.append("default-export")
        if self.missing_health_paths:
            wanted.append("health-check-routes")
        if "ORCHESTRATOR_LOGGING" not in self.bindings:
            wanted.append("orchestrator-logging-binding")
        return tuple(wanted)

    def as_json(self) -> Json:
        """The analysis as answers show it."""
        return {
            "lines": self.lines,
            "defaultExport": self.default_export,
            "handlers": list(self.handlers),
            "classes": [{"name": name, "extends": parent or None} for name, parent in self.classes],
            "bindings": list(self.bindings),
            "routes": list(self.routes),
            "imports": list(self.imports),
            "healthCheckPaths": list(self.health_paths),
            "needs": list(self.needs),
            "findings": list(self.findings),
            "qualityScore": score(list(self.findings)),
        }


def analyse(source: str) -> Analysis:
    """Read `source` (JavaScript or TypeScript). What is generated at run time is not seen."""
    code = without_comments(source)
    exported = _DEFAULT.search(code)
    return Analysis(
        lines=len(source.splitlines()),
        default_export=exported is not None,
        handlers=_unique(_HANDLER.findall(code[exported.start() :] if exported else "")),
        classes=tuple(dict.fromkeys(_CLASS.findall(code))),
        bindings=_unique(_BINDING.findall(code)),
        routes=_unique([f"{method.upper()} {path}" for method, path in _ROUTE.findall(code)]),
        imports=_unique(_IMPORT.findall(code)),
        health_paths=tuple(path for path in HEALTH_PATHS if path in code),
        findings=tuple(findings(source)),
    )


def without_comments(source: str) -> str:
    """`source` with comments blanked out; text in quotes stays, also if it looks like a comment."""
    # What is opened and never closed goes on to the end; so each character is looked at a bounded number of times.
    return _QUOTED_OR_COMMENT.sub(lambda match: match.group(1) or " ", source)


def _unique(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
