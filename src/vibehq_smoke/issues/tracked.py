"""Which issue tells of a finding, as the local record knows it: no tracker is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ..errors import UsageError
from ..history import History
from ..models import Finding


def with_issues(findings: Iterable[Finding], record: Path) -> tuple[Finding, ...]:
    """The findings, each with the URL of the issue that tells of it, where the record knows one.

    A record that is not there, or cannot be read, knows none: a run does not depend on it.
    """
    some = tuple(findings)
    known = _urls(record) if some and record.is_file() else {}
    return tuple(_with_issue(finding, known) for finding in some) if known else some


def _with_issue(finding: Finding, known: dict[str, str]) -> Finding:
    marks = (mark for symptom in finding.symptoms for mark in (symptom.fingerprint, *symptom.aliases))
    url = next((known[mark] for mark in marks if mark in known), None)
    return finding.model_copy(update={"issue": url}) if url else finding


def _urls(record: Path) -> dict[str, str]:
    try:
        history = History(record, make=False)
    except UsageError:
        return {}
    try:
        told = [json.loads(text) for text in history.everything()]
    finally:
        history.close()
    return {
        mark: cause["url"]
        for cause in told
        if cause.get("url") and cause.get("state") != "recovered"
        for mark in cause.get("fingerprints", ())
    }
