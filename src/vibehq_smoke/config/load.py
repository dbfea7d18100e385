"""Reads ``smoke.toml`` and suites from disk."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

import tomli

from ..errors import ConfigError, UsageError, nearest
from . import completeness, reader, references
from .document import Document, read, read_bytes, shown_key, shown_path
from .files import SmokeFile, SuiteFile
from .issues import IssuePolicy
from .suites import Suite
from .targets import Target
from .toml_lines import KeyPath

FILE_NAME = "smoke.toml"


@dataclass(frozen=True)
class Config:
    """What a ``smoke.toml`` says; without a file, no targets, and issues by default."""

    file: Path | None = None
    targets: Mapping[str, Target] = field(default_factory=dict)
    """By name. Reading a value resolves its variables, as ``target`` does; the names alone need none."""
    read_issues: Callable[[], IssuePolicy] = field(default=IssuePolicy, compare=False, repr=False)

    @cached_property
    def issues(self) -> IssuePolicy:
        """The table ``[issues]``, with its variables resolved. Raises ConfigError when one is missing."""
        return self.read_issues()

    def target(self, name: str) -> Target:
        """The target ``name``, with its variables and secrets resolved.

        Raises ConfigError when there is none of that name, or when a variable that it needs is missing.
        """
        if name in self.targets:
            return self.targets[name]
        problem = f"no target {name!r}"
        if not self.targets:
            problem += ": the file names none" if self.file else f": there is no {FILE_NAME} here or in a folder above"
        raise ConfigError(problem, file=self.file and shown_path(self.file), got=name, allowed=self.targets)

    def secrets(self) -> list[str]:
        """The secrets of all targets whose variables are set: nobody may tell one, whichever target it is of."""
        found: list[str] = []
        for name in self.targets:
            try:
                found += self.target(name).secrets()
            except ConfigError:
                continue
        return found


class _Targets(Mapping[str, Target]):
    """The targets of a document, each resolved when it is read."""

    def __init__(self, document: Document, env: Mapping[str, str]) -> None:
        self._document = document
        self._env = env
        self._names = tuple(document.data.get("targets", ()))

    def __getitem__(self, name: str) -> Target:
        if name not in self._names:
            raise KeyError(name)
        place = ("targets", name)
        found = reader.value(self._document, Target, place, self._env).model_copy(update={"name": name})
        completeness.complain(self._document, found, place)
        found = completeness.with_secrets(self._document, found, place, self._env)
        return completeness.with_folders(self._document, found, place)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def load_config(path: Path | None, *, env: Mapping[str, str] = os.environ) -> Config:
    """Read ``path``, or the nearest ``smoke.toml`` here or in a folder above; ``Config()`` when there is none.

    Every table is checked for its shape. Variables (``${NAME}`` and ``token_env``) are looked up in ``env`` only
    when a target is chosen, so that one without its token does not stop a run on another, and those of ``[issues]``
    when issues are kept.
    Raises ConfigError.
    """
    file = path or _nearest_file()
    if file is None:
        return Config()
    document = read(file)
    reader.shape(document, SmokeFile, ())
    targets = _Targets(document, env)
    for name in targets:
        target = reader.shape(document, Target, ("targets", name))
        if target is not None:
            completeness.complain(document, target, ("targets", name))
    return Config(file, targets, partial(_issues, document, env))


def _issues(document: Document, env: Mapping[str, str]) -> IssuePolicy:
    return reader.value(document, IssuePolicy, ("issues",), env) if "issues" in document.data else IssuePolicy()


def load_suite(path: Path, *, env: Mapping[str, str] = os.environ) -> Suite:
    """Read the suite at ``path``; without a name of its own it takes the file's. Raises ConfigError."""
    document = read(path)
    if "suite" not in document.data:
        hint = "; it holds targets: give it as --config" if "targets" in document.data else ""
        raise ConfigError(f"is no suite: there is no [suite] table{hint}", file=shown_path(path))
    found = reader.value(document, SuiteFile, (), env)
    references.complain(document, found.checks)
    name = found.suite.name if "name" in found.suite.model_fields_set else path.stem
    declared = tuple(
        check.model_copy(update={"location": f"{shown_path(path)}:{document.line(('check', number))}"})
        for number, check in enumerate(found.checks)
    )
    return found.suite.model_copy(update={"file": path, "name": name, "declared": declared})


def unknown_check(path: Path, place: KeyPath, id_: str, known: Iterable[str]) -> ConfigError:
    """What is wrong when ``id_``, which stands at ``place`` of the suite at ``path``, is no check's id."""
    near = nearest(id_, known)
    hint = f"; did you mean {near!r}?" if near else ""
    return read(path).error(f"{shown_key(place)}: there is no check {id_!r}{hint}", place)


def unknown_sink(name: str, known: Iterable[str], path: Path | None) -> UsageError:
    """What is wrong when no plugin provides the sink ``name``, asked for by the suite at ``path`` or by a person."""
    some = list(known)
    near = nearest(name, some)
    hint = f"; did you mean {near!r}?" if near else ""
    problem = f"there is no issue sink {name!r} (registered: {', '.join(some) or 'none'}); a plugin adds one{hint}"
    if path is None:
        return UsageError(problem)
    return read(path).error(f"suite.sinks: {problem}", ("suite", "sinks"))


def is_suite(path: Path) -> bool:
    """Whether ``path`` is a TOML file with a ``[suite]`` table; also when that file has a mistake. Cheap."""
    if path.suffix != ".toml":
        return False
    try:
        content = read_bytes(path)
    except ConfigError:
        return False
    if b"suite" not in content:
        return False
    try:
        return isinstance(tomli.loads(content.decode("utf-8-sig")).get("suite"), dict)
    except (ValueError, RecursionError):
        # a suite with a mistake is to be reported, not passed over
        return re.search(rb"^\s*\[suite\b", content, re.MULTILINE) is not None


def _nearest_file() -> Path | None:
    here = Path.cwd()
    candidates = (folder / FILE_NAME for folder in (here, *here.parents))
    return next((file for file in candidates if file.is_file()), None)
