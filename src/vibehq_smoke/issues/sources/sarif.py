"""SARIF, as CodeQL, Semgrep, Trivy, gitleaks and others write it: one weakness for each rule in each file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import UsageError
from .reading import Line, Shape, shaped
from .weaknesses import Scan, Weakness


class _Text(Shape):
    text: str = ""


class _Rule(Shape):
    id: str = ""
    name: str = ""
    short_description: _Text | None = None
    full_description: _Text | None = None
    help: _Text | None = None
    help_uri: str | None = None
    default_configuration: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None


class _Driver(Shape):
    name: str
    rules: tuple[_Rule, ...] | None = ()


class _Tool(Shape):
    driver: _Driver
    extensions: tuple[_Driver, ...] | None = ()


class _File(Shape):
    uri: str = ""


class _Region(Shape):
    start_line: Line = 0


class _Physical(Shape):
    artifact_location: _File | None = None
    region: _Region | None = None


class _Location(Shape):
    physical_location: _Physical | None = None


class _Reference(Shape):
    id: str | None = None
    index: int | None = None


class _Result(Shape):
    rule_id: str | None = None
    rule: _Reference | None = None
    rule_index: int | None = None
    kind: str = "fail"
    level: str | None = None
    baseline_state: str | None = None
    suppressions: tuple[dict[str, Any], ...] | None = ()
    locations: tuple[_Location, ...] | None = ()
    properties: dict[str, Any] | None = None

    @property
    def counts(self) -> bool:
        """Whether it is there now, and nobody accepted it."""
        accepted = any(one.get("status", "accepted") == "accepted" for one in self.suppressions or ())
        return self.kind == "fail" and self.baseline_state != "absent" and not accepted

    @property
    def place(self) -> tuple[str, int]:
        """File and line."""
        physical = next((one.physical_location for one in self.locations or () if one.physical_location), None)
        file = physical.artifact_location.uri if physical and physical.artifact_location else ""
        return file, physical.region.start_line if physical and physical.region else 0


class _Run(Shape):
    tool: _Tool
    results: tuple[_Result, ...] | None = None
    invocations: tuple[dict[str, Any], ...] | None = ()


class _Sarif(Shape):
    runs: tuple[_Run, ...]


def read_sarif(value: Any, name: str, path: Callable[[str], str]) -> Scan:
    """What the scanners found; ``path`` makes paths as they stand in the repository."""
    sarif = shaped(_Sarif, value, name, "SARIF with runs")
    if not sarif.runs:
        raise UsageError(f"{name}: holds no run of any scanner, so that nothing is known")
    tools = "+".join(sorted({run.tool.driver.name.lower().replace(" ", "-")[:40] for run in sarif.runs}))
    weaknesses = [one for run in sarif.runs for one in _weaknesses(run, path)]
    return Scan(tools, weaknesses, is_whole=all(_finished(run) for run in sarif.runs))


def _finished(run: _Run) -> bool:
    """No results at all means that none were looked for; an empty list that there are none."""
    failed = any(one.get("executionSuccessful") is False for one in run.invocations or ())
    return run.results is not None and not failed


def _weaknesses(run: _Run, path: Callable[[str], str]) -> list[Weakness]:
    driver = run.tool.driver
    rules = {rule.id: rule for one in (driver, *(run.tool.extensions or ())) for rule in one.rules or ()}
    found: dict[tuple[str, str], list[_Result]] = {}
    for result in run.results or ():
        if result.counts:
            found.setdefault((_rule_id(result, driver), path(result.place[0])), []).append(result)
    return [_weakness(driver.name, rules.get(id_, _Rule(id=id_)), file, one) for (id_, file), one in found.items()]


def _rule_id(result: _Result, driver: _Driver) -> str:
    told = result.rule_id or (result.rule.id if result.rule else None)
    index = result.rule_index if result.rule_index is not None else result.rule.index if result.rule else None
    rules = driver.rules or ()
    if told is None and index is not None and 0 <= index < len(rules):
        told = rules[index].id
    return told or "unnamed rule"


def _weakness(tool: str, rule: _Rule, file: str, results: list[_Result]) -> Weakness:
    level = next((one.level for one in results if one.level), None) or (rule.default_configuration or {}).get("level")
    short = rule.short_description.text if rule.short_description else ""
    full = rule.full_description.text if rule.full_description else ""
    # Some scanners leave the holes of a template in it.
    title = (short if "{" not in short else "") or rule.name or rule.id
    lines = sorted({one.place[1] for one in results})
    # Neither messages nor snippets are told: a scanner for secrets quotes what it found.
    return Weakness(
        subject=f"{tool} {rule.id} {file}".strip(),
        title=f"{title.rstrip('.')} in {file}" if file else title,
        kind=rule.id,
        severity=str(level or "warning"),
        score=_score(rule, results),
        description=full or title,
        places=[f"{file}:{line}" if line else file for line in lines if file],
        file=file,
        references=(rule.help_uri,) if rule.help_uri else (),
        mitigation=rule.help.text[:2000] if rule.help and rule.help.text != short else "",
        facts=[("Scanner", tool), ("Rule", rule.id)],
    )


def _score(rule: _Rule, results: list[_Result]) -> float | None:
    told = [(one.properties or {}).get("security-severity") for one in results]
    told.append((rule.properties or {}).get("security-severity"))
    scores = [score for one in told if (score := _number(one)) is not None]
    return max(scores, default=None)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0.0 <= number <= 10.0 else None
