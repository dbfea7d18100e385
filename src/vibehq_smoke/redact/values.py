"""Parsed JSON under keys that name a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .variants import MASK
from .words import is_container, is_harmless, names_a_secret, names_only_a_secret

_DEEPEST = 60


def copied(value: Any, text: Callable[[str], str], key: Callable[[str], str], depth: int = 0) -> Any:
    """A copy: strings under telling keys masked at any depth, the others as ``text`` says, keys as ``key`` says."""
    if depth > _DEEPEST:
        return MASK
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {
            key(str(name)): copied(child, text, key, depth + 1)
            if not names_a_secret(str(name))
            else _under(str(name), child, text, key, depth + 1)
            for name, child in value.items()
        }
    if isinstance(value, list | tuple):
        return [copied(child, text, key, depth + 1) for child in value]
    return value


def _under(name: str, value: Any, text: Callable[[str], str], key: Callable[[str], str], depth: int) -> Any:
    if isinstance(value, Mapping | list | tuple) and is_container(name):
        return copied(_without_ids(value), text, key, depth)
    return _masked_leaves(value, key, depth)


def _without_ids(value: Any) -> Any:
    """A session or key seen as an object: its own id opens the door, the rest is ordinary."""
    if isinstance(value, Mapping):
        return {key: MASK if key == "id" and isinstance(child, str) else child for key, child in value.items()}
    return [MASK if isinstance(child, str) else _without_ids(child) for child in value] if _is_list(value) else value


def _masked_leaves(value: Any, key: Callable[[str], str], depth: int) -> Any:
    if isinstance(value, str):
        return MASK if value else value
    if depth > _DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {
            key(str(name)): child if is_harmless(str(name)) else _masked_leaves(child, key, depth + 1)
            for name, child in value.items()
        }
    return [_masked_leaves(child, key, depth + 1) for child in value] if _is_list(value) else value


def under_telling_keys(value: Any, depth: int = 0) -> Iterator[str]:
    """The strings in ``value`` that stand directly under a telling key."""
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, child in value.items():
            if isinstance(child, str) and names_only_a_secret(str(name)):
                yield child
            yield from under_telling_keys(child, depth + 1)
    elif _is_list(value):
        for child in value:
            yield from under_telling_keys(child, depth + 1)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)
