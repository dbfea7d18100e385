"""``npm audit --json`` (and pnpm's): one weakness for each package, since one upgrade mends all that is wrong in it."""

from __future__ import annotations

from typing import Any

from ...errors import UsageError
from .reading import Number, Shape, shaped
from .weaknesses import SEVERITIES, Scan, Weakness

_MOST_NAMED = 20


class _Cvss(Shape):
    score: Number | None = None
    vector_string: str | None = None


class _Advisory(Shape):
    title: str = ""
    url: str = ""
    severity: str = ""
    range: str = ""
    cwe: tuple[str, ...] | str | None = ()
    cvss: _Cvss | None = None


class _Fix(Shape):
    name: str = ""
    version: str = ""
    is_sem_ver_major: bool = False


class _Package(Shape):
    name: str
    severity: str = ""
    is_direct: bool = False
    via: tuple[str | _Advisory, ...]
    effects: tuple[str, ...] = ()
    range: str = ""
    fix_available: bool | _Fix = False


class _Audit(Shape):
    vulnerabilities: dict[str, _Package]
    metadata: dict[str, Any]


class _PnpmAdvisory(_Advisory):
    module_name: str
    vulnerable_versions: str = ""
    patched_versions: str = ""


class _PnpmAudit(Shape):
    advisories: dict[str, _PnpmAdvisory]
    metadata: dict[str, Any]


def is_audit(value: dict[str, Any]) -> bool:
    """Whether this looks like the output of an audit, be it of one that failed."""
    return "vulnerabilities" in value or "advisories" in value or failed_with(value) is not None


def failed_with(value: dict[str, Any]) -> str | None:
    """Why an audit could not be made: it writes that as JSON, too."""
    error = value.get("error")
    if "vulnerabilities" in value or "advisories" in value:
        return None
    told = [value.get("message"), error.get("summary"), error.get("code")] if isinstance(error, dict) else []
    return next((str(one) for one in told if one), None)


def read_audit(value: dict[str, Any], name: str) -> Scan:
    """What an audit found."""
    reason = failed_with(value)
    if reason is not None:
        raise UsageError(f"{name}: the audit itself failed ({reason[:200]}), so that nothing is known")
    if "advisories" in value:
        return _pnpm(shaped(_PnpmAudit, value, name, "the JSON of pnpm audit"))
    audit = shaped(_Audit, value, name, "the JSON of npm audit")
    named = {key: one for key, one in audit.vulnerabilities.items() if any(isinstance(v, _Advisory) for v in one.via)}
    return Scan("npm", [_of_npm(one) for one in named.values()], is_whole=_looked_at_any(audit.metadata))


def _of_npm(package: _Package) -> Weakness:
    advisories = [one for one in package.via if isinstance(one, _Advisory)]
    fix = package.fix_available
    facts = [
        ("Package", package.name),
        ("Vulnerable versions", package.range),
        ("Direct dependency", "yes" if package.is_direct else "no"),
        ("Brought in by", ", ".join(package.effects[:_MOST_NAMED]) or "-"),
    ]
    return _weakness(package.name, advisories, facts, _remedy(package.name, fix))


def _pnpm(audit: _PnpmAudit) -> Scan:
    packages: dict[str, list[_PnpmAdvisory]] = {}
    for one in audit.advisories.values():
        packages.setdefault(one.module_name, []).append(one)
    weaknesses = []
    for name, advisories in packages.items():
        patched = sorted({one.patched_versions for one in advisories if one.patched_versions})
        facts = [("Package", name), ("Vulnerable versions", ", ".join(one.vulnerable_versions for one in advisories))]
        remedy = f"Upgrade {name} to {', '.join(patched)}." if patched else f"There is no fixed version of {name} yet."
        weaknesses.append(_weakness(name, list(advisories), facts, remedy))
    return Scan("npm", weaknesses, is_whole=_looked_at_any(audit.metadata))


def _weakness(name: str, advisories: list[_Advisory], facts: list[tuple[str, str]], remedy: str) -> Weakness:
    rated = [one.cvss for one in advisories if one.cvss is not None and one.cvss.score]
    worst = max(rated, key=lambda cvss: cvss.score or 0.0, default=None)
    titles = list(dict.fromkeys(one.title for one in advisories if one.title))
    words = sorted((one.severity for one in advisories), key=_rank)
    sorts = [cwe for one in advisories for cwe in ((one.cwe,) if isinstance(one.cwe, str) else one.cwe or ())]
    return Weakness(
        subject=f"npm {name}",
        title=f"{name}: {titles[0]}" if titles else f"{name} is vulnerable",
        kind=", ".join(dict.fromkeys(sorts)) or "vulnerable dependency",
        severity=words[0] if words else "",
        score=worst.score if worst else None,
        vector=(worst.vector_string or "") if worst else "",
        description="\n".join(
            f"{one.title} ({one.severity}, {one.range})" if one.range else one.title for one in advisories
        ),
        places=(f"npm package {name}",),
        references=tuple(dict.fromkeys(one.url for one in advisories if one.url)),
        mitigation=remedy,
        facts=facts,
    )


def _remedy(name: str, fix: bool | _Fix) -> str:
    if isinstance(fix, _Fix) and fix.version:
        breaking = " That is a new major version: read what it breaks." if fix.is_sem_ver_major else ""
        return f"Upgrade {fix.name or name} to {fix.version}.{breaking}"
    return "npm audit fix mends it." if fix else f"There is no fixed version of {name} yet."


def _looked_at_any(metadata: dict[str, Any]) -> bool:
    """Whether there was anything to look at: an audit without dependencies proves nothing."""
    told = metadata.get("dependencies")
    total = told.get("total") if isinstance(told, dict) else metadata.get("totalDependencies", told)
    return isinstance(total, int) and total > 0


def _rank(word: str) -> int:
    return SEVERITIES.index(word.lower()) if word.lower() in SEVERITIES else len(SEVERITIES)
