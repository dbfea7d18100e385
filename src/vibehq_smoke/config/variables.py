"""``${NAME}`` and ``${NAME:-default}`` in the strings of a configuration file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .toml_lines import KeyPath

_PLACE = re.compile(r"\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^${}]*))?\})?", re.ASCII)
REFERENCE = re.compile(r"\$\{([A-Za-z0-9][A-Za-z0-9_-]*)\.([A-Za-z_][A-Za-z0-9_]*)\}", re.ASCII)
"""``${ID.NAME}`` in a declared check: what the check ID captured as NAME."""


@dataclass(frozen=True)
class Gap:
    """A place that could not be filled."""

    path: KeyPath
    problem: str
    malformed: bool = False
    """No variable could ever fill it."""


def fill(value: Any, env: Mapping[str, str] | None, path: KeyPath, gaps: list[Gap]) -> Any:
    """A copy of ``value`` with the variables of all its strings filled in; without ``env``, with none of them.

    A place without a value stays as it is and is added to ``gaps``. A default counts when the variable is
    not set or empty, as in a shell.
    """
    if isinstance(value, dict):
        return {key: fill(entry, env, (*path, key), gaps) for key, entry in value.items()}
    if isinstance(value, list):
        return [fill(entry, env, (*path, number), gaps) for number, entry in enumerate(value)]
    if not isinstance(value, str) or "${" not in value:
        return value
    return _PLACE.sub(lambda match: _filled(match, env, path, gaps), value)


def lookup(name: str, env: Mapping[str, str]) -> tuple[str, str | None]:
    """The value of the variable ``name``, and the problem when there is none."""
    value = env.get(name)
    if value:
        return value, None
    return "", f"the environment variable {name!r} is {'not set' if value is None else 'empty'}"


def _filled(match: re.Match[str], env: Mapping[str, str] | None, path: KeyPath, gaps: list[Gap]) -> str:
    name, default = match.groups()
    if name is None:
        if path[:1] == ("check",) and REFERENCE.match(match.string, match.start()):
            return match.group()  # filled in when the check runs
        gaps.append(Gap(path, "holds a ${ that is neither ${NAME} nor ${NAME:-default}", malformed=True))
        return match.group()
    if env is None:
        gaps.append(Gap(path, f"depends on the environment variable {name!r}"))
        return match.group()
    value, problem = lookup(name, env)
    if problem is None or default is not None:
        return value or default or ""
    gaps.append(Gap(path, problem))
    return match.group()
