"""One row of the truth table: a run of all shipped checks under one fault, and the verdict on it."""

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import asdict, dataclass

from tests.checks.impatience import impatience
from tests.checks.running import lab, no_gates, run_checks, run_info
from tests.checks.switching import all_faults, fault
from tests.truth.verdicts import Verdict, verdict
from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.judge import judge_run
from vibehq_smoke.lab import profiles
from vibehq_smoke.models import Mode, Outcome, Result, RunRecord, Status

LASTING = ("clock-skew-orchestrator", "clock-skew-agent-factory")
"""Faults that leave rows with wrong times behind, which tell on whoever reads them later."""

LATE = {"callback-late": 40.0}
"""Fault -> seconds that HLT-06 has: what is only late must not be taken for missing."""

PATIENCE_S = 30.0
"""Seconds that it has else: several labs share this machine."""

FOUND = (Outcome.FAILED, Outcome.DEGRADED, Outcome.ERROR)


@dataclass(frozen=True)
class Row:
    """What came of one fault. roots: the causes that the run named; finders: the checks that did not pass for it."""

    id: str
    roots: tuple[str, ...]
    finders: tuple[str, ...]
    verdict: Verdict
    duration_s: float

    def as_line(self) -> str:
        """The row as a line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def of_line(cls, line: str) -> "Row":
        """The row that such a line holds."""
        known = json.loads(line)
        verdict = Verdict(**known.pop("verdict"))
        return cls(**known | {"verdict": verdict} | {key: tuple(known[key]) for key in ("roots", "finders")})


@dataclass(frozen=True)
class Sighting:
    """What a run shows of one fault among many. found: the checks that find it; hidden: check -> the component that
    keeps it from being judged."""

    found: tuple[str, ...]
    hidden: Mapping[str, str]


def sighting(wanted: Mapping[str, str], results: Sequence[Result], gone: Collection[str]) -> Sighting:
    """What became of the checks that should find a fault. wanted: check -> ``failed`` or ``degraded``.

    gone: components that preflight found broken. A check that should fail has found the fault as well when it was not
    started since its own component is among them.
    """
    found: dict[str, None] = {}
    hidden: dict[str, str] = {}
    for result in results:
        if result.family in wanted and result.outcome is not Outcome.PASSED:
            not_there = result.component in gone and result.root_cause == result.component
            if result.outcome in FOUND or (not_there and wanted[result.family] == "failed"):
                found[result.family] = None
            elif result.root_cause:
                hidden[result.family] = result.root_cause
    return Sighting(tuple(found), hidden)


class Runner:
    """Runs rows one after the other on a lab that they share, as long as none of them leaves anything behind."""

    def __init__(self) -> None:
        self._host = Host.load()
        self._entered = ExitStack()
        self._lab = self._entered.enter_context(lab())

    def close(self) -> None:
        """Stop the lab, unload the plugins."""
        self._entered.close()
        self._host.close()

    def row(self, id_: str, *, browser: str) -> Row:
        """Run every check under the fault. browser: whether pages are looked at: always, never, or when expected."""
        began = time.monotonic()
        with self._at_fault(id_) as target:
            expected = next(known["expected"] for known in all_faults(target) if known["id"] == id_)
            concerned = bool(self._of_pages().intersection(expected["checks"]))
            looks = browser == "always" or (browser == "expected" and concerned)
            record = self._run(target, id_, browser=looks)
        return Row(
            id=id_,
            roots=record.root_causes,
            finders=tuple(dict.fromkeys(result.family for result in record.checks if result.outcome in FOUND)),
            verdict=verdict(id_, expected, record),
            duration_s=time.monotonic() - began,
        )

    def found_in(self, profile: str, *, browser: bool) -> dict[str, Sighting]:
        """Fault -> what the run shows of it, for each of the profile's while all of them are on."""
        with lab(*profiles.find(profile).faults) as target:
            known = {one["id"]: one["expected"]["checks"] for one in all_faults(target)}
            record = self._run(target, profile, browser=browser)
        gone = {seen.component for seen in record.preflight if seen.status is Status.BROKEN}
        wanted = {id_: {check: state for check, state in known[id_].items() if state != "blocked"} for id_ in known}
        return {id_: sighting(wanted[id_], record.checks, gone) for id_ in profiles.find(profile).faults}

    def _run(self, target: Target, id_: str, *, browser: bool) -> RunRecord:
        pages = set() if browser else self._of_pages()
        ids = [check for check, known in self._host.graph().checks.items() if known.spec.family not in pages]
        with impatience() if id_ not in LATE else nullcontext():
            seen = run_checks(self._host, target, ids, patience_s=LATE.get(id_, PATIENCE_S))
        return judge_run(
            run_info("truth", target),
            tuple(seen.results.values()),
            seen.observations,
            tuple(self._host.graph().components.values()),
            no_gates(),
        )

    def _of_pages(self) -> set[str]:
        return {id_ for id_, known in self._host.graph().checks.items() if known.spec.mode is Mode.BROWSER}

    @contextmanager
    def _at_fault(self, id_: str) -> Iterator[Target]:
        if id_ in LASTING:
            with lab(id_) as target:
                yield target
        else:
            with fault(self._lab, id_):
                yield self._lab
