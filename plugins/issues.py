"""Where the findings of a run can go: issues on GitHub, or a folder of Markdown files."""

from functools import partial
from pathlib import Path

from vibehq_smoke import IssueSink, RunRecord, hookimpl
from vibehq_smoke.models import Finding


@hookimpl
def vibehq_issue_sinks(config: Path | None) -> list[IssueSink]:
    """``folder`` and ``github``, chosen with ``--sink``, or in CI by a suite."""
    return [IssueSink("folder", partial(_to_folder, config)), IssueSink("github", partial(_to_github, config))]


def _to_folder(config: Path | None, record: RunRecord, _: tuple[Finding, ...]) -> str:
    from vibehq_smoke.issues.delivering import deliver_to_folder

    return deliver_to_folder(record, config)


def _to_github(config: Path | None, record: RunRecord, _: tuple[Finding, ...]) -> str:
    from vibehq_smoke.issues.delivering import deliver_to_github

    return deliver_to_github(record, config)
