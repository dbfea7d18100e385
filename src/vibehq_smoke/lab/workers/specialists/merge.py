"""Three-way merging of text, line by line, and reading of conflict markers. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

OURS, BASE, MIDDLE, THEIRS = "<<<<<<<", "|||||||", "=======", ">>>>>>>"


@dataclass(frozen=True)
class Hunk:
    """A stretch of lines on which both sides differ. `base` is None when nobody knows what stood there before."""

    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    base: tuple[str, ...] | None = None


# A text in which some stretches are in conflict: lines that are settled, and hunks.
Piece = str | Hunk


class MarkerError(ValueError):
    """Conflict markers that do not pair up; the text says at which line."""


def merge(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[Piece]:
    """Both sides' changes to `base`; a hunk wherever they touched the same lines."""
    pieces: list[Piece] = []
    for low, high, mine, other in _regions(base, ours, theirs):
        old = tuple(base[low:high])
        if mine == other or other == old:
            pieces += mine
        elif mine == old:
            pieces += other
        else:
            pieces.append(Hunk(mine, other, old))
    return pieces


def parse_markers(text: str) -> list[Piece]:
    """A text with conflict markers, in git's usual or its three-part form. Raises MarkerError."""
    pieces: list[Piece] = []
    parts: dict[str, list[str]] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        mark = line[:7] if line[7:8] in ("", " ") else ""
        if mark == OURS and not section:
            parts, section = {OURS: []}, OURS
        elif (mark == BASE and section == OURS) or (mark == MIDDLE and section in (OURS, BASE)):
            section = mark
            parts[mark] = []
        elif mark == THEIRS and section == MIDDLE:
            before = tuple(parts[BASE]) if BASE in parts else None
            pieces.append(Hunk(tuple(parts[OURS]), tuple(parts[MIDDLE]), before))
            section = ""
        elif mark in (OURS, THEIRS) or (mark == MIDDLE and section == MIDDLE):
            raise MarkerError(f"line {number}: {mark} is out of place")
        elif section:
            parts[section].append(line)
        else:
            pieces.append(line)
    if section:
        raise MarkerError(f"the conflict is not closed: {section} without {THEIRS}")
    return pieces


def resolve(hunk: Hunk, keep: str) -> tuple[str, ...] | None:
    """The lines that stand in for a hunk under a rule: ``ours``, ``theirs``, ``union`` or ``auto``; None = undecided.

    ``auto`` decides what is beyond doubt: both sides say the same (trailing blanks apart, then ours stand), only one
    side changed anything, or both added to nothing and one goes on where the other ends.
    """
    if keep == "ours":
        return hunk.ours
    if keep == "theirs":
        return hunk.theirs
    if keep == "union":
        return (*hunk.ours, *(line for line in hunk.theirs if line not in hunk.ours))
    return _beyond_doubt(hunk)


def with_markers(hunk: Hunk) -> tuple[str, ...]:
    """An undecided hunk as git writes it."""
    middle = () if hunk.base is None else (f"{BASE} base", *hunk.base)
    return (f"{OURS} ours", *hunk.ours, *middle, MIDDLE, *hunk.theirs, f"{THEIRS} theirs")


def _beyond_doubt(hunk: Hunk) -> tuple[str, ...] | None:
    if hunk.ours == hunk.theirs or hunk.theirs == hunk.base:
        return hunk.ours
    if hunk.ours == hunk.base:
        return hunk.theirs
    if [line.rstrip() for line in hunk.ours] == [line.rstrip() for line in hunk.theirs]:
        return hunk.ours
    # Only where nothing stood before: else lines that one side alone has may have been deleted by the other.
    if hunk.base == ():
        longer, shorter = sorted((hunk.ours, hunk.theirs), key=len, reverse=True)
        if shorter and longer[: len(shorter)] == shorter:
            return longer
    return None


def _regions(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> Iterator[tuple[int, int, tuple[str, ...], tuple[str, ...]]]:
    """Stretches of `base` (from, to) with what each side has there, alternating between agreed and changed ones."""
    low = mine = other = 0
    for start, end, at_ours, at_theirs in _anchors(base, ours, theirs):
        yield low, start, tuple(ours[mine:at_ours]), tuple(theirs[other:at_theirs])
        length = end - start
        yield start, end, tuple(ours[at_ours : at_ours + length]), tuple(theirs[at_theirs : at_theirs + length])
        low, mine, other = end, at_ours + length, at_theirs + length
    yield low, len(base), tuple(ours[mine:]), tuple(theirs[other:])


def _anchors(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of `base` that both sides kept: (from, to, position in ours, position in theirs)."""
    mine = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    other = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    i = j = 0
    while i < len(mine) and j < len(other):
        start = max(mine[i].a, other[j].a)
        ends = (mine[i].a + mine[i].size, other[j].a + other[j].size)
        end = min(ends)
        if start < end:
            yield start, end, mine[i].b + start - mine[i].a, other[j].b + start - other[j].a
        if ends[0] < ends[1]:
            i += 1
        else:
            j += 1
