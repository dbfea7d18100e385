"""The sections of the smoke-failure template, filled in from one finding (contract 10.2)."""

from __future__ import annotations

from collections.abc import Iterator

from ...models import Outcome, Status
from ...reports.summary import attempts_sentence, counted, is_proved, proof_sentence
from ..batch import Section
from .changes import CHANGES, changes
from .evidence import evidence
from .impact import impact
from .layout import bullets, facts, folded, in_a_row, lines_of, paragraphs, rows, when
from .neutral import fenced, inline, link, prose
from .seen import Seen

_MOST_LISTED = 15
_TOLD_ELSEWHERE = frozenset({"node", "wrangler", "ci", "implementation"})


def sections(seen: Seen) -> Iterator[Section]:
    """In the order of the template; some are empty."""
    log = "\n".join(seen.result.log) if seen.result else ""
    yield Section(heading="", text=_summary(seen), keep=0)
    yield Section(heading="Test Details", text=_details(seen), keep=1)
    yield Section(heading="Error Details", text=fenced(seen.message, most=4_000), keep=2)
    yield Section(heading="Stack Trace", text=_unfolded(seen.trace, "python", 8_000), keep=7)
    yield Section(heading="Test Output", text=_unfolded(log, "", 6_000), keep=8)
    yield Section(heading="Evidence", text=evidence(seen.evidence), keep=6)
    yield Section(heading="Environment", text=_environment(seen), keep=1)
    yield Section(heading="Steps to Reproduce", text=fenced(seen.again, "sh") if seen.again else "", keep=1)
    yield Section(heading="Expected vs Actual", text=_expected(seen), keep=2)
    yield Section(heading="Impact", text=_impact(seen), keep=1)
    yield Section(heading="Blast Radius", text=_radius(seen), keep=3)
    yield Section(heading=CHANGES, text=changes(seen.surroundings, None), keep=4)
    yield Section(heading="Additional Context", text=_context(seen), keep=5)


def _summary(seen: Seen) -> str:
    finding = seen.finding
    held_up = len(finding.blocked_checks)
    failing = len(seen.others) + (seen.result is not None)
    shown = [f"{counted(failing, 'check')} {'shows' if failing == 1 else 'show'} it"] if failing else []
    shown += [f"{counted(held_up, 'check')} could not be judged because of it"] if held_up else []
    told = f"; {' and '.join(shown)}" if shown else ""
    why = inline(seen.message.partition("\n")[0], 400)
    where = f"**{inline(finding.component)} is {finding.status.value}** in {inline(seen.run.environment)}{told}."
    return paragraphs(where, f"> {why}" if why else "")


def _details(seen: Seen) -> str:
    result = seen.result
    if result is None:
        return facts({"Name": prose(seen.what), "Category": "preflight: a probe before any check ran"})
    return facts(
        {
            "Name": f"{inline(result.id)} {prose(result.title)}",
            "Demands": prose(result.description, 600),
            "Category": inline(result.category),
            "Failure Location": link(f"{seen.file}:{seen.line}" if seen.line else seen.file, seen.page),
            "Kind": inline(result.kind or ""),
            "Tried": inline(attempts_sentence(result)),
        }
    )


def _environment(seen: Seen) -> str:
    run, near = seen.run, seen.surroundings
    job = " / ".join(name for name in (near.workflow, near.job) if name)
    commit = f"{near.server_url}/{near.repo}/commit/{near.commit}" if near.server_url and near.repo else ""
    deploy = inline(run.deploy) + (f" of {when(run.deployed_at)}" if run.deployed_at else "") if run.deploy else ""
    versions = [inline(f"{name} {version}") for name, version in run.versions.items() if name not in _TOLD_ELSEWHERE]
    return rows(
        {
            "Component": inline(seen.finding.component),
            "Worker": inline((seen.result.case or "") if seen.result else ""),
            "Test Environment": f"{inline(run.environment)} ({inline(run.base_url)})",
            "Deploy": deploy,
            "Commit": _commit(near.commit, commit),
            "Branch": inline(near.branch or ""),
            "Suite": in_a_row([inline(suite) for suite in run.suites], 5),
            "Run": f"{inline(run.id)}, {when(run.started_at)}",
            "Job": link(job or "job", near.run_url) if near.run_url else inline(job),
            "Node": inline(run.versions.get("node", "")),
            "Wrangler": inline(run.versions.get("wrangler", "")),
            "Versions": ", ".join(versions),
        }
    )


def _commit(commit: str | None, url: str) -> str:
    return f"[{inline(commit[:12])}]({url})" if commit and url else inline((commit or "")[:12])


def _expected(seen: Seen) -> str:
    if seen.result is None:
        return facts({"Expected": f"{inline(seen.finding.component)} works", "Actual": inline(seen.message, 400)})
    expected = seen.result.description or seen.result.title
    first = seen.message.partition("\n")[0]
    return facts({"Expected": prose(expected, 600), "Actual": inline(first, 400)})


def _impact(seen: Seen) -> str:
    return impact(seen.finding.priority, works=seen.finding.status is Status.DEGRADED)


def _radius(seen: Seen) -> str:
    """What else it shows in, and what waits for it."""
    finding = seen.finding
    failing = [_failing(other.id, other.outcome, other.reason) for other in seen.others]
    parts = []
    if failing:
        parts.append(f"**{counted(len(failing), 'further check')}** in trouble, explained by this:\n\n")
        parts[-1] += bullets(failing, _MOST_LISTED)
    if finding.blocked_components:
        named = in_a_row([inline(name) for name in finding.blocked_components], _MOST_LISTED)
        parts.append(f"**{counted(len(finding.blocked_components), 'component')}** held up: {named}")
    if finding.blocked_checks:
        named = in_a_row([inline(name) for name in finding.blocked_checks], 2 * _MOST_LISTED)
        parts.append(f"**{counted(len(finding.blocked_checks), 'check')}** blocked: {named}")
    return paragraphs(*parts) or "Nothing else waits for it."


def _failing(id_: str, outcome: Outcome, reason: str | None) -> str:
    why = inline((reason or "").partition("\n")[0], 160)
    return f"{inline(id_)} {outcome.value}" + (f": {why}" if why else "")


def _context(seen: Seen) -> str:
    notes = [inline(note) for note in seen.result.notes] if seen.result else []
    proof = seen.result.proof if seen.result else None
    if is_proved(proof):
        notes.append(f"The check itself was proved: {prose(proof_sentence(proof))}.")
    if seen.run.faults:
        notes.append(
            f"Faults that were switched on in the lab: {in_a_row([inline(one) for one in seen.run.faults], 10)}"
        )
    if seen.run.partial:
        notes.append(f"The run did not reach its end: {inline(seen.run.partial_reason or 'it was stopped')}")
    return bullets(notes, _MOST_LISTED)


def _unfolded(text: str, language: str, most: int) -> str:
    return folded(lines_of(text), fenced(text, language, most)) if text.strip() else ""
