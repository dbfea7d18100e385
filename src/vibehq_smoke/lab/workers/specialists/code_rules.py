"""Rules about source text of Workers: found by reading it, line by line. Pure; no model is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vibehq_smoke.lab.serving.replies import Json

SEVERITIES = ("critical", "high", "medium", "low")
MAX_FINDINGS = 200
# A line longer than this is generated, and matching it only takes time.
MAX_LINE = 2000


@dataclass(frozen=True)
class Rule:
    """A pattern that should not be in a Worker, why, and what to do instead."""

    id: str
    severity: str
    pattern: str
    message: str
    advice: str


RULES = (
    Rule("dynamic-code", "critical", r"\beval\s*\(|\bnew\s+Function\s*\(", "runs text as code",
         "Workers refuse it; call a function instead"),
    Rule("hard-coded-secret", "critical",
         r"(?i)\b(?:api[_-]?key|secret|token|password)\b\s*[:=]\s*[\"'][^\"']{8,}[\"']",
         "a secret stands in the source", "use `wrangler secret put` and read it from env"),
    Rule("sql-from-text", "critical", r"\.(?:prepare|exec)\s*\(\s*(?:`[^`]*\$\{|[\"'][^\"']*[\"']\s*\+)",
         "SQL is put together from text", "use `?` and .bind()"),
    Rule("node-builtin", "high",
         r"(?:from\s+|require\s*\(\s*)[\"'](?:node:)?(?:fs|child_process|net|tls|http|https|os)[\"']",
         "a Node module that Workers do not have, or only in part", "use fetch, KV, R2 or a binding"),
    Rule("process-env", "high", r"\bprocess\.env\b", "variables are not in process.env", "read them from env"),
    Rule("timer", "high", r"\bsetInterval\s*\(", "no timer outlives a request", "use a cron trigger or a queue"),
    Rule("global-listener", "medium", r"\baddEventListener\s*\(\s*[\"']fetch[\"']", "the old service-worker format",
         "export default { fetch }"),
    Rule("unsafe-type", "medium", r":\s*any\b|\bas\s+any\b|@ts-ignore", "the type checker is switched off",
         "name the type"),
    Rule("open-cors", "medium", r"(?i)access-control-allow-origin[\"']?\s*[:,]\s*[\"']\*[\"']",
         "any site may call", "name the origins"),
    Rule("swallowed-error", "medium", r"catch\s*(?:\([^)]*\))?\s*\{\s*\}", "an error disappears",
         "log it or answer it"),
    Rule("console-log", "low", r"\bconsole\.log\s*\(", "unstructured log line",
         "log an object with level and component"),
)  # fmt: skip


def findings(source: str) -> list[Json]:
    """What the rules find: rule, severity, line (from 1), message, advice; worst first, at most 200."""
    found = sorted(_found(source), key=lambda finding: (SEVERITIES.index(finding["severity"]), finding["line"]))
    return found[:MAX_FINDINGS]


def score(found: list[Json]) -> float:
    """1 without findings; each takes a share by its severity: 0.4, 0.2, 0.1, 0.02; never below 0."""
    costs = dict(zip(SEVERITIES, (0.4, 0.2, 0.1, 0.02), strict=True))
    return round(max(0.0, 1.0 - sum(costs[finding["severity"]] for finding in found)), 2)


def _found(source: str) -> Iterator[Json]:
    compiled = [(rule, re.compile(rule.pattern)) for rule in RULES]
    for number, line in enumerate(source.splitlines(), 1):
        text = line[:MAX_LINE]
        if not text.strip() or (text.lstrip().startswith(("//", "*", "/*")) and "@ts-ignore" not in text):
            continue
        for rule, pattern in compiled:
            if pattern.search(text):
                yield {
                    "rule": rule.id, "severity": rule.severity, "line": number, "message": rule.message,
                    "advice": rule.advice,
                }  # fmt: skip
