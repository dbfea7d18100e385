"""One run from its options to its reports. Both front doors (pytest and the command line) hold one of these."""

from __future__ import annotations

import os
import platform as machine
import secrets
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .checks import Check
from .config import (
    FILE_NAME,
    Config,
    Gates,
    KeyPath,
    Suite,
    Target,
    load_config,
    load_suite,
    merge_suites,
    unknown_check,
    unknown_sink,
)
from .declarative import as_checks
from .deployed import Deployed, deployed
from .embedded import WORKERS, EmbeddedPlatform, RunningPlatform
from .engine import Engine, Limits
from .errors import SmokeError, UsageError, nearest
from .gates import ExitCode
from .graph import Graph, Plan
from .host import Host, shipped
from .issues import HISTORY
from .judge import judge_run
from .models import Created, Finding, GateResult, Observation, Result, RunInfo, RunRecord
from .proved import OWN, Proofs
from .redact import Redactor
from .sinks import in_ci

if TYPE_CHECKING:
    from .platform import Platform
    from .platform.outside import OutsideOf
    from .proof.making import Maker
    from .proof.tape import Tape
    from .sinks import ReportFormat

EMBEDDED = "embedded"
DEFAULT_SUITE = "stage-smoke"
CATEGORIES = (
    "infrastructure", "health", "api", "workers", "ui", "factories", "ai_providers", "patches", "automation", "errors",
)  # fmt: skip
"""The ten categories of the contract, in the order in which they are shown; others follow."""


@dataclass(frozen=True)
class Options:
    """What the person asked for; the defaults run the shipped suite on the embedded platform."""

    target: str | None = None
    config: Path | None = None
    out: Path = Path("reports/latest")
    faults: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    sinks: tuple[str, ...] = ()
    allow_writes: bool = False
    max_failures: int = 0
    record: Path | None = None
    """Where to write what the checks saw, for ``prove``."""
    deploy: str | None = None
    """What is deployed on the target; None takes what the environment says."""
    deployed_at: str | None = None
    """Since when, as it was written."""
    command: str = "vibehq-smoke run"


@dataclass
class Session:
    """Everything about one run hangs on this object. Errors are raised as in ``errors``, never printed."""

    options: Options
    embedded: EmbeddedPlatform | RunningPlatform = field(init=False)

    def __post_init__(self) -> None:
        if self.options.faults and self.options.target not in (None, EMBEDDED):
            raise UsageError(f"--fault works on the embedded target only, not on {self.options.target!r}")
        self.embedded = EmbeddedPlatform(self.options.faults)
        self.suites: dict[Path, Suite] = {}
        self.engines: list[Engine] = []
        self.redactor = Redactor(())
        self.ledger: list[Created] = []
        self.partial: str | None = None
        self._started = time.monotonic()
        self._started_at = datetime.now(UTC)
        self._plans: dict[tuple[Path | None, ...], Plan] = {}
        self.maker: Maker | None = None
        self.tests: dict[str, Tape] = {}
        """Of ordinary tests of pytest, what they saw, by node id."""
        self._test: Tape | None = None
        self._merged: dict[str, Result] = {}
        self._observations: dict[str, Observation] = {}

    # -- what there is to run ----------------------------------------------------------------

    @cached_property
    def run_id(self) -> str:
        """Tags everything that this run creates: ``smoke-<run_id>``."""
        return f"{self._started_at:%m%d-%H%M%S}-{secrets.token_hex(2)}"

    @cached_property
    def config(self) -> Config:
        """The user's ``smoke.toml``, or an empty configuration."""
        return load_config(self.options.config)

    @cached_property
    def host(self) -> Host:
        """All plugins, loaded."""
        return Host.load(self.config.file.parent if self.config.file else None)

    @cached_property
    def graph(self) -> Graph:
        """All checks of all plugins, and those that the suites declare themselves."""
        declared = (check for suite in self.suites.values() for check in as_checks(suite.declared))
        return self.host.graph(declared, self._workers())

    def _workers(self) -> Mapping[str, str]:
        """Names and types of the target's workers; those of the embedded platform without waiting for it."""
        return WORKERS if self.is_embedded else {name: one.type for name, one in self.target.workers.items()}

    @property
    def is_embedded(self) -> bool:
        """Whether the run starts its own platform: no target was named, or ``embedded`` was."""
        return self.options.target in (None, EMBEDDED)

    @cached_property
    def proofs(self) -> Proofs:
        """What was proved of checks: here, and before they were shipped."""
        return Proofs((OWN, shipped("plugins") / OWN.name))

    def check_target(self) -> None:
        """Raise ConfigError now, not after the start, when the target's configuration is wrong."""
        if not self.is_embedded:
            _ = self.target

    @cached_property
    def target(self) -> Target:
        """The target. Waits for the embedded platform when that is the target."""
        if self.is_embedded:
            written = load_config(self.embedded.config())
            return written.target("lab").model_copy(update={"name": EMBEDDED})
        return self.config.target(str(self.options.target))

    @cached_property
    def deployed(self) -> Deployed:
        """What is deployed on the target, as far as it is known. Raises UsageError.

        The embedded platform is new with every run, so that is its deploy unless something else is said.
        """
        said = deployed(self.options.deploy, self.options.deployed_at, os.environ)
        if not self.is_embedded:
            return said
        return Deployed(said.id or f"{EMBEDDED}-{self.run_id}", said.at or self._started_at)

    def check_deploy(self) -> None:
        """Raise UsageError now, not after the start, when what is said of the deploy cannot be read."""
        _ = self.deployed

    def check_sinks(self) -> None:
        """Raise UsageError now, not after the run, when no plugin provides a sink that was asked for."""
        asked: list[tuple[str, Path | None]] = [(name, None) for name in self.options.sinks]
        asked += [(name, path) for path, suite in self.suites.items() for name in suite.sinks]
        sinks = self.host.issue_sinks() if asked else {}
        for name, path in asked:
            if name not in sinks:
                raise unknown_sink(name, sinks, path)

    def find_suites(self, names: Sequence[str]) -> list[Path]:
        """The files of the named suites, of the default one when none is named. Raises UsageError."""
        beside = self.config.file.parent if self.config.file else None
        return [resolve_suite(name, beside) for name in names or (DEFAULT_SUITE,)]

    def add_suite(self, path: Path) -> Suite:
        """Load a suite into this session, once. Raises ConfigError."""
        if path not in self.suites:
            suite = self.suites[path] = load_suite(path)
            try:
                self._check_suite(suite, path)
            except UsageError:
                del self.suites[path]
                raise
        return self.suites[path]

    def _check_suite(self, suite: Suite, path: Path) -> None:
        if suite.declared:
            self.__dict__.pop("graph", None)
        named: list[tuple[KeyPath, str]] = [(("suite", "override", id_), id_) for id_ in suite.overrides]
        for key, ids in (("ids", suite.select.ids), ("exclude", suite.select.exclude)):
            named += [(("suite", "select", key, number), id_) for number, id_ in enumerate(ids)]
        for place, id_ in named:
            family, bracket, _ = id_.partition("[")
            if not self.graph.items(id_) and not (bracket and self.graph.items(family)):
                raise unknown_check(path, place, id_, [*self.graph.checks, *self.graph.families])
        _ = self.graph

    def plan_for(self, workers: Mapping[str, str]) -> Plan:
        """What the suites select on a target with these workers and their types, for what is not run but replayed."""
        declared = (check for suite in self.suites.values() for check in as_checks(suite.declared))
        self.graph = self.host.graph(declared, workers)
        return self._planned(list(self.suites.values()))

    def plan(self, suites: Iterable[Suite]) -> Plan:
        """What the suites select, in the order of the categories, with overrides and plan hooks applied.

        Made once for the same suites: collecting, running and judging ask for it, and the plan hook is promised to be
        called before anything runs, not after.
        """
        some = list(suites)
        key = tuple(suite.file for suite in some)
        if key not in self._plans:
            self._plans[key] = self._planned(some)
        return self._plans[key]

    def _planned(self, suites: list[Suite]) -> Plan:
        merged = merge_suites(suites)
        chosen = [check for check in self.graph.checks.values() if self._wanted(check, suites)]
        plan = Plan(self.graph, [check.id for check in sorted(chosen, key=_category_order)])
        plan.is_probed = not merged.standalone
        # What is said of all the checks that share an id first, then what is said of one of them.
        for id_, override in sorted(merged.overrides.items(), key=lambda entry: entry[0] in self.graph.checks):
            changes = override.changes()
            for item in self.graph.items(id_) if changes else ():
                if item in {check.id for check in (*plan.selected, *plan.hidden)}:
                    plan.override(item, **changes)
        self.host.adjust(plan)
        return plan

    def _wanted(self, check: Check, suites: Iterable[Suite]) -> bool:
        categories = self.options.categories
        if categories and check.spec.category not in categories:
            return False
        writes = self.graph.writes(check.id)
        return any(suite.selects(check.spec, writes=writes) for suite in suites if self._may_select(suite, check.id))

    def _may_select(self, suite: Suite, id_: str) -> bool:
        """What a file declares belongs to it alone, and one that stands alone has nothing else."""
        if any(one.id == id_ for one in suite.declared):
            return True
        declared = {one.id for other in self.suites.values() for one in other.declared}
        return not suite.standalone and id_ not in declared

    # -- xdist -------------------------------------------------------------------------------

    def handout(self) -> dict[str, str]:
        """What a worker process needs to take part in this run. Waits for the embedded platform."""
        told = {"vibehq_smoke_run_id": self.run_id}
        if self.is_embedded:
            told["vibehq_smoke_config"] = str(self.embedded.config())
        return told

    def attach(self, told: Mapping[str, str]) -> None:
        """Take part in another process's run, with what its ``handout`` said."""
        if "vibehq_smoke_run_id" in told:
            self.run_id = told["vibehq_smoke_run_id"]
        if "vibehq_smoke_config" in told:
            self.embedded = RunningPlatform(Path(told["vibehq_smoke_config"]))

    # -- running -----------------------------------------------------------------------------

    def start(self, ids: Sequence[str]) -> Engine:
        """Start running ``ids`` and what they need; returns at once, with the engine that gives the results."""
        suite = self.suite
        plan = self.plan(self.suites.values()).narrowed(ids)
        limits = Limits(suite.deadline_s, suite.run_deadline_s, self.options.max_failures)
        _ = self.target  # its start is not part of the run
        self._started = time.monotonic()
        engine = Engine(plan, self.open_platform, self.host, self.info(), limits)
        self.engines.append(engine)
        engine.start()
        return engine

    def warm_up(self) -> None:
        """Get ready what the reports need, while the checks wait for the target."""
        plan = self.plan(self.suites.values())
        for check in (*plan.selected, *plan.hidden):
            self.proofs.of(check)
        for plugin, format_ in self.host.report_formats():
            with self.host.observers.guard(plugin, f"preparing the report {format_.name}"):
                format_.prepare()

    @property
    def suite(self) -> Suite:
        """All suites of this session as one."""
        return merge_suites(list(self.suites.values()))

    @property
    def read_only(self) -> bool:
        """Whether checks that write are skipped."""
        return self.target.is_read_only(self.options.allow_writes)

    def open_platform(self) -> Platform:
        """The target as checks see it; the caller closes it, on the event loop that used it."""
        from .platform import Platform  # imports the HTTP client, which only a run needs

        suite = self.suite if self.suites else Suite()
        for secret in self.target.secrets():
            self.redactor.add(secret)
        platform = Platform(
            self.target,
            run_id=self.run_id,
            started=self._started,
            redactor=self.redactor,
            in_flight=self.target.in_flight or suite.in_flight,
            exchange_deadline_s=suite.exchange_deadline_s,
            read_only=self.read_only,
            budgets=suite.gates.latency,
            outside=self._outside(),
        )
        platform.ledger.entries = self.ledger
        return platform

    def _outside(self) -> OutsideOf:
        """What stands between the checks and the world: nothing, or who writes down what they see."""
        from .platform.outside import direct

        if self.options.record is None:
            return direct
        if self.maker is None:
            from .platform.browser import missing_browser
            from .proof.making import Maker

            self.maker = Maker(self.target, self.run_id, self._started, missing_browser(self.target))
            self.turn_to(self._test)
        return self.maker.outside

    def turn_to(self, test: Tape | None) -> None:
        """From now on an ordinary test asks, and this is its tape."""
        self._test = test
        if self.maker is not None and test is not None:
            self.maker.turn_to(test)

    def keep_recording(self) -> None:
        """Write down what the checks saw, when that was asked for. Raises HarnessError, OSError."""
        if self.tests:
            self._outside()  # none was there yet when all of them were skipped
        if self.maker is not None and self.options.record is not None:
            suites = [suite.name for suite in self.suites.values()]
            self.maker.finish(
                self.results(),
                suites,
                self.redactor,
                self.options.record,
                tests=self.tests,
                checks_began=self._started,
            )

    def stop(self, reason: str) -> None:
        """Cancel what runs and wait until it has cleaned up."""
        for engine in self.engines:
            engine.close(reason)
            self.partial = self.partial or engine.stopped

    def close(self) -> None:
        """Stop everything that this session started. Safe to call again."""
        self.stop("the session was closed")
        self.embedded.stop()
        if "host" in self.__dict__:
            self.host.close()

    # -- results -----------------------------------------------------------------------------

    def merge(self, results: Iterable[Result], observations: Iterable[Observation], ledger: Iterable[Created]) -> None:
        """Add what another process of the same run (an xdist worker) found out."""
        for result in results:
            known = self._merged.get(result.id)
            if known is None or known.hidden:
                self._merged[result.id] = result
        self._observations |= {seen.component: seen for seen in observations}
        self.ledger.extend(ledger)

    @property
    def has_results(self) -> bool:
        """Whether another process of this run has told results."""
        return bool(self._merged)

    def results(self) -> tuple[Result, ...]:
        """All results so far, each with the command that repeats it."""
        for engine in self.engines:
            self.merge(engine.results(), engine.observations, ())
        command = self.rerun_command()
        return tuple(
            result.model_copy(update={"rerun": f"{command} -k {shlex.quote(result.id)}"})
            for result in self._merged.values()
        )

    @property
    def observations(self) -> tuple[Observation, ...]:
        """What preflight saw."""
        return tuple(self._observations.values())

    def rerun_command(self) -> str:
        """The shortest command that repeats this run on the same target."""
        words = ["vibehq-smoke", "run", *(_suite_name(path) for path in self.suites)]
        if self.options.target:
            words += ["--target", self.options.target]
        if self.options.config:
            words += ["--config", str(self.options.config)]
        for fault in self.options.faults:
            words += ["--fault", fault]
        return shlex.join(words)

    def info(self) -> RunInfo:
        """The facts of this run as they stand."""
        target = self.target
        return RunInfo(
            id=self.run_id,
            suites=tuple(suite.name for suite in self.suites.values()),
            target=target.name,
            environment=target.environment,
            base_url=self.redactor.url(target.base_url),
            deploy=self.redactor.text(self.deployed.id) if self.deployed.id else None,
            deployed_at=self.deployed.at,
            started_at=self._started_at,
            duration_s=time.monotonic() - self._started,
            partial=self.partial is not None,
            partial_reason=self.partial,
            command=self.rerun_command(),
            versions=versions(),
            faults=self.options.faults,
        )

    def record(self) -> RunRecord:
        """The judged run, with what is known of the checks themselves."""
        results = tuple(map(self._completed, self.results()))
        record = judge_run(
            self.info(), results, self.observations, tuple(self.graph.components.values()), self._gates(results)
        )
        record = record.model_copy(update={"created": tuple(self.ledger), "findings": self._tracked(record)})
        return _with_troubles(record, self.troubles) if self.troubles else record

    def _tracked(self, record: RunRecord) -> tuple[Finding, ...]:
        """The findings, with the issues that the local record knows of them."""
        if not record.findings:
            return ()
        from .issues.tracked import with_issues

        return with_issues(record.findings, HISTORY)

    def _completed(self, result: Result) -> Result:
        changes: dict[str, Any] = {}
        if result.id in self.graph.checks:
            changes["proof"] = self.proofs.of(self.graph.checks[result.id])
        # What was learnt to be a secret only later must not be part of a fingerprint.
        if result.reason and self.redactor.leaks(result.reason):
            changes["reason"] = self.redactor.text(result.reason)
        return result.model_copy(update=changes) if changes else result

    @property
    def troubles(self) -> list[str]:
        """What plugins did wrong so far, a line each; a run with any ends with exit code 4."""
        return [self.redactor.text(trouble) for trouble in self.host.observers.troubles]

    def _gates(self, results: Sequence[Result]) -> Gates:
        """The suite's gates. Its minimum is meant for the whole suite, so a part of it only has to run at all."""
        gates = self.suite.gates
        selected = sum(not result.hidden for result in results)
        narrowed = selected < len(self.plan(self.suites.values()).selected) or self.options.categories
        return gates.model_copy(update={"min_executed": min(1, gates.min_executed)}) if narrowed else gates

    def publish(self, record: RunRecord) -> tuple[Path, ...]:
        """Tell the plugins, write every report into the output folder; gives the reports that were written.

        A format that fails is a trouble, and the others are written all the same.
        """
        observers = self.host.observers
        observers.tell("vibehq_run_finish", record=record)
        written: list[Path] = []
        for plugin, format_ in self.host.report_formats():
            with observers.guard(plugin, f"writing the report {format_.name}"):
                written.append(self._write(format_, record))
        return tuple(written)

    def _write(self, format_: ReportFormat, record: RunRecord) -> Path:
        from .reports.json import write_atomically

        path = self.options.out / format_.filename
        text = format_.render(record)
        if self.redactor.leaks(text):
            text = format_.render(self._masked(record))
        write_atomically(path, text)
        return path

    def _masked(self, record: RunRecord) -> RunRecord:
        """The record without any known secret. Masking the rendered text could break its syntax instead."""
        return RunRecord.model_validate(_each_text(record.model_dump(mode="json"), self.redactor.text))

    def deliver(self, record: RunRecord) -> Iterable[str]:
        """Hand the findings to the sinks that were asked for, in CI also to the suites' own; yields what they say."""
        own = tuple(name for name in self._own_sinks() if name not in self.options.sinks)
        for name in (*dict.fromkeys(self.options.sinks), *(own if in_ci(os.environ) else ())):
            yield from self._deliver_to(name, record)
        if own and not in_ci(os.environ):
            use = " ".join(f"--sink {name}" for name in own)
            yield f"the suite's sinks ({', '.join(own)}) are for CI: {use} uses them here"

    def _deliver_to(self, name: str, record: RunRecord) -> Iterable[str]:
        from .reports.json import render

        sinks = self.host.issue_sinks()
        if name in sinks:
            plugin, sink = sinks[name]
            told = self._masked(record) if self.redactor.leaks(render(record)) else record
            with self.host.observers.guard(plugin, f"the issue sink {name}"):
                try:
                    yield self.redactor.text(sink.deliver(told, told.findings))
                except SmokeError as error:
                    self.host.observers.troubles.append(f"the issue sink {name}: {error}")

    def _own_sinks(self) -> Iterable[str]:
        return dict.fromkeys(name for suite in self.suites.values() for name in suite.sinks)


def resolve_suite(name: str, beside: Path | None = None) -> Path:
    """The file of a suite given as a path or as a name: here, beside ``smoke.toml``, or shipped. Raises UsageError."""
    folders = [Path("suites"), *([beside / "suites"] if beside else []), shipped("suites")]
    candidates = [Path(name), *(folder / f"{name.removesuffix('.toml')}.toml" for folder in folders)]
    for path in candidates:
        if path.is_file():
            return path
    known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
    files = [str(path) for path in Path(name).parent.glob("*.toml") if path.name != FILE_NAME]
    near = nearest(name, [*known, *files]) or nearest(f"{name}.toml", files)
    hint = f"; did you mean {near!r}?" if near else ""
    raise UsageError(f"there is no suite {name!r} (known: {', '.join(known)}, or a path to a TOML file){hint}")


def _with_troubles(record: RunRecord, troubles: Sequence[str]) -> RunRecord:
    """The record of a run in which a plugin failed: complete, but not to be relied on (exit code 4)."""
    gate = GateResult(name="every plugin worked", held=False, detail="; ".join(troubles))
    run = record.run.model_copy(update={"exit_code": int(ExitCode.HARNESS)})
    return record.model_copy(update={"run": run, "gates": (*record.gates, gate)})


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of parsed JSON with every string in it, keys aside, changed."""
    if isinstance(value, dict):
        return {key: _each_text(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_each_text(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value


def versions() -> dict[str, str]:
    """The versions that matter when a result has to be explained."""
    return {
        "vibehq-smoke": __version__,
        "python": machine.python_version(),
        "system": f"{machine.system()} {machine.release()}",
        "ci": "true" if os.environ.get("CI") else "false",
        "implementation": sys.implementation.name,
    }


def _suite_name(path: Path) -> str:
    return path.stem if path.resolve().parent == shipped("suites").resolve() else str(path)


def _category_order(check: Check) -> tuple[int, str]:
    category = check.spec.category
    known = CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES)
    return (known, category)
