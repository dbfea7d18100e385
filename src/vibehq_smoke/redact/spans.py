"""Places in a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from .variants import MASK

Span: TypeAlias = tuple[int, int]
"""Where something begins, and where it is over."""


def places(part: str, text: str) -> Iterator[Span]:
    """Where ``part`` stands in ``text``."""
    at = text.find(part)
    while at >= 0:
        yield at, at + len(part)
        at = text.find(part, at + len(part))


def masked(text: str, found: Iterable[Span]) -> str:
    """``text`` with the mask in each place of ``found``; where some of them overlap, one mask stands for all."""
    pieces: list[str] = []
    over = 0
    for begins, ends in apart(found):
        pieces += (text[over:begins], MASK)
        over = ends
    return "".join([*pieces, text[over:]])


def apart(found: Iterable[Span]) -> list[Span]:
    """The same places in order, those that overlap as one."""
    kept: list[Span] = []
    for begins, ends in sorted(found):
        if kept and begins < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(ends, kept[-1][1]))
        elif ends > begins:
            kept.append((begins, ends))
    return kept
