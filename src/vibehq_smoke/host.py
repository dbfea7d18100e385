"""The plugin host: finds plugins in three places, loads them, and gathers what they register."""

from __future__ import annotations

import hashlib
import importlib
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from . import hookspecs
from .cases import made_for
from .checks import Check, scan
from .embedded import WORKERS
from .errors import GraphError, PluginError, nearest
from .graph import Graph, Plan, by_id
from .hookspecs import Resource
from .observers import Observers, told
from .sinks import IssueSink, ReportFormat

ENTRY_POINT_GROUP = "vibehq_smoke"


def shipped(folder: str) -> Path:
    """A folder that ships with the harness: inside the installed package, or beside ``src`` in a checkout."""
    package = Path(__file__).parent
    installed = package / f"_{folder}"
    return installed if installed.is_dir() else package.parents[1] / folder


class Host:
    """Everything that plugins registered, as one object for one run."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager("vibehq_smoke")
        self.manager.add_hookspecs(hookspecs)
        self.observers = Observers(self.manager)
        self._checks: list[Check] = []
        self._modules: list[str] = []

    @classmethod
    def load(cls, beside: Path | None = None) -> Host:
        """Load the shipped plugins, then ``plugins/*.py`` in the folder ``beside``, then installed distributions.

        Raises PluginError with file and line when one of them does not load.
        """
        host = cls()
        host.load_folder(shipped("plugins"))
        if beside is not None and (beside / "plugins").resolve() != shipped("plugins").resolve():
            host.load_folder(beside / "plugins")
        host.load_distributions()
        host.validate()
        return host

    def load_folder(self, folder: Path) -> None:
        """Load every ``*.py`` of ``folder``, by name; files that begin with an underscore are helpers."""
        files = sorted(folder.glob("[!_]*.py")) if folder.is_dir() else []
        if not files:
            return
        package = _package(folder)
        self._modules.append(package)
        for file in files:
            try:
                module = importlib.import_module(f"{package}.{file.stem}")
            except (Exception, SystemExit) as error:
                raise PluginError(_culprit(file, error)) from error
            self._modules.append(module.__name__)
            self.register(module, str(file))

    def load_distributions(self) -> None:
        """Load every module that an installed distribution names in the entry-point group."""
        for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name):
            try:
                module = entry.load()
            except (Exception, SystemExit) as error:
                raise PluginError(_culprit(Path(entry.value.replace(".", "/") + ".py"), error, entry.name)) from error
            self.register(module, entry.name)

    def register(self, plugin: object, name: str) -> None:
        """Register one plugin: its hooks, and when it is a module, the checks in it. Raises PluginError."""
        try:
            self.manager.register(plugin, name)
        except pluggy.PluginValidationError as error:
            raise PluginError(f"{name}: {' '.join(str(error).split())}") from error
        self.observers.forget()
        if isinstance(plugin, ModuleType):
            try:
                self._checks.extend(scan(plugin))
            except GraphError as error:
                raise PluginError(str(error)) from error

    def validate(self) -> None:
        """Refuse hooks that do not exist, with the nearest that does. Raises PluginError."""
        known = [name for name in vars(hookspecs) if name.startswith("vibehq_")]
        for name, plugin in self.manager.list_name_plugin():
            for attribute in filter(lambda word: word.startswith("vibehq_"), dir(plugin)):
                if attribute not in known and self.manager.parse_hookimpl_opts(plugin, attribute):
                    near = nearest(attribute, known)
                    hint = f"; did you mean {near!r}?" if near else ""
                    raise PluginError(f"{name}: there is no hook {attribute!r}{hint}")

    def graph(self, declared: Iterable[Check] = (), workers: Mapping[str, str] = WORKERS) -> Graph:
        """All checks and components of all plugins, and the checks that suites declare. Raises GraphError.

        ``workers`` are the target's, with their types: checks that are made for each of them are made here.
        """
        generated = [check for _, check in self._told("vibehq_checks")]
        components = [component for _, component in self._told("vibehq_components")]
        resources = self.resources()
        written = by_id([*self._checks, *generated, *declared])
        return Graph(made_for(written.values(), workers, resources), components, resources)

    def resources(self) -> Mapping[str, Resource]:
        """Factories of all resources by name. Raises PluginError when two plugins provide the same name."""
        found: dict[str, Resource] = {}
        for _, (name, factory) in self._told("vibehq_resources", lambda some: some.items()):
            if name in found:
                raise PluginError(f"two plugins provide the resource {name!r}")
            found[name] = factory
        return found

    def _told(self, hook: str, parts: Callable[[Any], Iterable[Any]] = iter) -> Iterator[tuple[str, Any]]:
        """What the plugins give for ``hook``, with their names. Raises PluginError, naming the plugin that fails."""
        for name, call in self.observers.each(hook):
            try:
                given = [(name, part) for some in call() for part in parts(some)]
            except Exception as error:
                raise PluginError(told(name, hook, error)) from error
            yield from given

    def adjust(self, plan: Plan) -> None:
        """Give every plugin the last word on ``plan``. Raises PluginError, naming the plugin that fails."""
        for name, call in self.observers.each("vibehq_adjust_plan"):
            try:
                call(plan=plan)
            except Exception as error:
                raise PluginError(told(name, "vibehq_adjust_plan", error)) from error

    def report_formats(self) -> tuple[tuple[str, ReportFormat], ...]:
        """Every report format with the name of its plugin, the shipped ones first."""
        return tuple(self._offered("vibehq_report_formats"))

    def issue_sinks(self, config: Path | None) -> Mapping[str, tuple[str, IssueSink]]:
        """Every issue sink by name, with the name of its plugin; ``config`` is the ``smoke.toml`` of the run."""
        return {sink.name: (plugin, sink) for plugin, sink in self._offered("vibehq_issue_sinks", config=config)}

    def mutation_operators(self) -> tuple[Any, ...]:
        """Operators that plugins add to those that ship. Raises PluginError, naming the plugin that fails."""
        return tuple(operator for _, operator in self._told("vibehq_mutation_operators"))

    def _offered(self, hook: str, **facts: Any) -> list[tuple[str, Any]]:
        """What the plugins give for ``hook``, first registered first; one that raises gives nothing."""
        found: list[tuple[str, Any]] = []
        for name, call in reversed(list(self.observers.each(hook))):
            with self.observers.guard(name, hook):
                found += [(name, one) for some in call(**facts) for one in some]
        return found

    def close(self) -> None:
        """Forget the plugin modules that were loaded from folders, so that another host loads them afresh."""
        for name in self._modules:
            sys.modules.pop(name, None)


def _package(folder: Path) -> str:
    """A package without code for the plugins of one folder, so that they import (and rewrite) like any module."""
    name = "vibehq_plugins_" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]
    if name not in sys.modules:
        _rewrite_asserts(name)
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return name


def _rewrite_asserts(name: str) -> None:
    # Only under pytest: listing checks must not pay for importing it.
    if "pytest" in sys.modules:
        sys.modules["pytest"].register_assert_rewrite(name)


def _culprit(file: Path, error: BaseException, name: str | None = None) -> str:
    """``file:line: what went wrong``, with the deepest line that lies in the plugin."""
    line = 0
    where = str(file)
    if isinstance(error, SyntaxError):
        where, line = error.filename or where, error.lineno or 0
    else:
        for frame in traceback.extract_tb(error.__traceback__):
            if Path(frame.filename).name == file.name:
                where, line = frame.filename, frame.lineno or 0
    who = f"plugin {name}" if name else "this plugin"
    return f"{where}:{line or 1}: {who} does not load: {type(error).__name__}: {error}"
