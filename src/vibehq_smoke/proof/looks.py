"""Which parts of which answers a check looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from pydantic import BaseModel

Path: TypeAlias = "tuple[str | int, ...]"
ALL = -1
"""In a path: every element of a list. What is looked up in one of them is looked up in all of them."""

Spot: TypeAlias = "tuple[int, int]"
"""A piece of JSON: the number of the question, and which piece of its answer (a frame, a callback), from 0."""


@dataclass
class Looks:
    """What was looked at."""

    status: set[int] = field(default_factory=set)
    """Questions whose status counted."""
    media: set[int] = field(default_factory=set)
    """Questions whose content type counted."""
    headers: dict[int, set[str]] = field(default_factory=dict)
    """Names of the headers that were looked up, by question; none where all were gone through."""
    bodies: set[int] = field(default_factory=set)
    """Questions whose body was looked at at all."""
    calls: dict[int, set[str]] = field(default_factory=dict)
    """What was asked of pages."""
    paths: dict[Spot, set[Path]] = field(default_factory=dict)
    """Places that were looked up one by one."""
    models: dict[Spot, list[tuple[Path, type[BaseModel]]]] = field(default_factory=dict)
    """Models that a piece was held against, and where in it."""
    fields: set[tuple[type[BaseModel], str]] = field(default_factory=set)
    """Fields of models whose value was used."""
    loops: dict[Spot, set[Path]] = field(default_factory=dict)
    """Lists that were gone through, element by element."""
    looped: set[tuple[type[BaseModel], str]] = field(default_factory=set)
    """Fields of models that were."""

    def judged(self, number: int) -> bool:
        """Whether the check looked at the answer to a question."""
        spots = any(spot[0] == number for spot in (*self.paths, *self.models))
        return spots or any(number in some for some in (self.status, self.media, self.headers, self.bodies))
