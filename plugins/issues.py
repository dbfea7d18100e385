"""Where the findings of a run can go: issues on GitHub, or a folder of Markdown files."""

from vibehq_smoke import IssueSink, RunRecord, hookimpl
from vibehq_smoke.models import Finding


@hookimpl
def vibehq_issue_sinks() -> list[IssueSink]:
    """``folder`` and ``github``, chosen with ``--sink``, or in CI by a suite."""
    return [IssueSink("folder", _to_folder), IssueSink("github", _to_github)]


def _to_folder(record: RunRecord, _: tuple[Finding, ...]) -> str:
    from vibehq_smoke.issues.delivering import deliver_to_folder

    return deliver_to_folder(record)


def _to_github(record: RunRecord, _: tuple[Finding, ...]) -> str:
    from vibehq_smoke.issues.delivering import deliver_to_github

    return deliver_to_github(record)
