"""Which checks run: the suites of a run, and what they select."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from ..config import Gates, Suite, load_suite, merge_suites
from ..declarative import as_checks
from ..graph import Graph, Plan
from .ground import Ground
from .naming import find_suite
from .options import DEFAULT_SUITE
from .selecting import plan_of, refuse_unknown


class Suites:
    """The suites of one run. Without any it is about the target alone, as ordinary tests are."""

    def __init__(self, ground: Ground) -> None:
        self.by_file: dict[Path, Suite] = {}
        self._ground = ground
        self._plans: dict[tuple[Path, ...], Plan] = {}

    def find(self, names: Sequence[str]) -> list[Path]:
        """The files of the named suites, of the default one when none is named. Raises UsageError."""
        return [find_suite(name, self._ground.folder) for name in names or (DEFAULT_SUITE,)]

    def add(self, path: Path) -> Suite:
        """Load a suite into this run, once. Raises ConfigError, and what the plugins or their checks raise."""
        if path not in self.by_file:
            suite = load_suite(path)
            graph = self._graph((*self.by_file.values(), suite)) if suite.declared else self.graph
            refuse_unknown(suite, path, graph)
            self.by_file[path], self.graph = suite, graph
        return self.by_file[path]

    @cached_property
    def graph(self) -> Graph:
        """All checks of all plugins, and those that the suites declare themselves."""
        return self._graph(self.by_file.values())

    def _graph(self, suites: Iterable[Suite], workers: Mapping[str, str] | None = None) -> Graph:
        declared = (check for suite in suites for check in as_checks(suite.declared))
        return self._ground.host.graph(declared, self._ground.workers if workers is None else workers)

    @property
    def names(self) -> tuple[str, ...]:
        """What the suites are called."""
        return tuple(suite.name for suite in self.by_file.values())

    @property
    def sinks(self) -> tuple[str, ...]:
        """The issue sinks that the suites name, each once."""
        return tuple(dict.fromkeys(name for suite in self.by_file.values() for name in suite.sinks))

    @property
    def merged(self) -> Suite:
        """All suites as one; the defaults when there is none."""
        return merge_suites(list(self.by_file.values())) if self.by_file else Suite()

    def gates(self, selected: int) -> Gates:
        """What is demanded of a run of so many checks: the minimum is meant for the whole, a part just has to run."""
        gates = self.merged.gates
        is_part = selected < len(self.plan().selected) or self._ground.options.categories
        return gates.model_copy(update={"min_executed": min(1, gates.min_executed)}) if is_part else gates

    def plan(self, *files: Path) -> Plan:
        """What all suites, or those of ``files``, select, in the order of the categories; plugins have the last word.

        Made once for the same suites: collecting, running and judging ask for it, and the plan hook is promised to be
        called before anything runs, not after.
        """
        key = files or tuple(self.by_file)
        if key not in self._plans:
            self._plans[key] = self._planned([self.by_file[file] for file in key], self.graph)
        return self._plans[key]

    def plan_for(self, workers: Mapping[str, str]) -> Plan:
        """What all suites select on a target with these workers and their types: for what is replayed, not run."""
        suites = list(self.by_file.values())
        return self._planned(suites, self._graph(suites, workers))

    def _planned(self, suites: Sequence[Suite], graph: Graph) -> Plan:
        declared = {check.id for suite in self.by_file.values() for check in suite.declared}
        plan = plan_of(suites, graph, self._ground.options.categories, declared)
        self._ground.host.adjust(plan)
        return plan
