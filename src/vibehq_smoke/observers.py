"""Calling plugins so that one that raises is named, and keeps nobody else from being called."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pluggy

MOST_OF_A_MESSAGE = 2000
MOST_TROUBLES = 50


class Observers:
    """The plugins of one run, called one by one. What went wrong in them is kept in ``troubles``."""

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self.troubles: list[str] = []
        """One line for each plugin and hook that raised, whether or not it raised again."""
        self._manager = manager
        self._known: set[tuple[str, str]] = set()
        self._callers: dict[str, list[tuple[str, Callable[..., list[Any]]]]] = {}

    def each(self, hook: str) -> Iterator[tuple[str, Callable[..., list[Any]]]]:
        """Name and caller of every plugin that implements ``hook``, in the order in which pluggy calls them."""
        found = self._callers.get(hook)
        if found is None:
            implementations = getattr(self._manager.hook, hook).get_hookimpls()
            plugins = [one.plugin for one in reversed(implementations)]
            found = self._callers[hook] = [
                (self._name(plugin), self._only(hook, plugin, plugins)) for plugin in plugins
            ]
        return iter(found)

    def forget(self) -> None:
        """Look again which plugins there are: one was registered."""
        self._callers.clear()

    def tell(self, hook: str, **facts: Any) -> None:
        """Call ``hook`` of every plugin. Never raises, but for KeyboardInterrupt."""
        for name, call in self.each(hook):
            with self.guard(name, hook):
                call(**facts)

    def guard(self, plugin: str, what: str) -> Guard:
        """A block in which code of ``plugin`` runs: what it raises becomes a trouble."""
        return Guard(self, plugin, what)

    def report(self, plugin: str, what: str, error: BaseException) -> None:
        """Keep one trouble: once for each plugin and ``what``."""
        if (plugin, what) not in self._known and len(self._known) < MOST_TROUBLES:
            self._known.add((plugin, what))
            self.troubles.append(told(plugin, what, error))

    def _name(self, plugin: object) -> str:
        return self._manager.get_name(plugin) or repr(plugin)

    def _only(self, hook: str, plugin: object, plugins: list[object]) -> Callable[..., list[Any]]:
        return self._manager.subset_hook_caller(hook, [other for other in plugins if other is not plugin])


class Guard:
    """Turns what a plugin raises into a trouble; ``failed`` says whether it did."""

    def __init__(self, observers: Observers, plugin: str, what: str) -> None:
        self.failed = False
        self._observers = observers
        self._plugin = plugin
        self._what = what

    def __enter__(self) -> Guard:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if error is None or isinstance(error, KeyboardInterrupt | GeneratorExit):
            return False
        self.failed = True
        self._observers.report(self._plugin, self._what, error)
        return True


def told(plugin: str, what: str, error: BaseException) -> str:
    """``plugin NAME: WHAT raised TYPE: MESSAGE (FILE:LINE)``, on one line."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) != Path(__file__)]
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    message = " ".join(text_of(error)[:MOST_OF_A_MESSAGE].split())
    return f"plugin {plugin}: {what} raised {type(error).__name__}: {message}{where}"


def text_of(error: BaseException) -> str:
    """What an exception says, also when it cannot even say that."""
    try:
        return str(error)
    except Exception:  # its __str__ is foreign code
        return "an exception without a readable text"
