"""Making Markdown shorter without breaking it: no fence and no folded part stays open, no line is cut in two."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..batch import Section

LEAST = 400
"""Characters that every section keeps, as long as they have room."""

_FENCE = re.compile(r"(`{3,})([^`]*)$")


def fit(sections: Sequence[Section], room: int) -> list[Section]:
    """The sections within ``room`` characters, headings included: those that may go first are clipped first.

    Each keeps its beginning; only when that is still too much is a section left out but for a note, and only where
    even the notes have no room does it vanish.
    """
    kept = list(sections)
    for least in (LEAST, 0):
        for number in _first_to_go(kept):
            surplus = sum(map(_size, kept)) - room
            if surplus <= 0:
                return kept
            text = kept[number].text
            if len(text) > least:
                kept[number] = kept[number].model_copy(update={"text": clipped(text, max(least, len(text) - surplus))})
    while kept and sum(map(_size, kept)) > room:
        kept.pop(_first_to_go(kept)[0])
    return kept


def clipped(text: str, room: int) -> str:
    """The first lines of Markdown ``text`` that have room, with what they opened closed, and a note of the rest."""
    if len(text) <= room:
        return text
    room -= len(_note(len(text))) + 2
    kept: list[str] = []
    used, fence, details = 0, "", 0
    ending: list[str] = []
    for line in text.split("\n"):
        after = _fence_after(fence, line)
        folds = 0 if fence else (line == "<details>") - (line == "</details>")
        closing = _ending(after, details + folds)
        left = room - used - sum(len(one) + 1 for one in closing)
        if len(line) >= left:
            # A line of code may be cut, any other could lose the end of what makes it harmless.
            kept += [line[:left]] if fence and after and left > 0 else []
            break
        kept.append(line)
        used += len(line) + 1
        fence, details, ending = after, details + folds, closing
    shown = "\n".join(kept)
    return "\n".join([*kept, *ending, "", _note(len(text) - len(shown))]).strip("\n")


def _fence_after(fence: str, line: str) -> str:
    """The fence that is open after ``line``; nothing outside of a fence."""
    found = _FENCE.match(line)
    if not found:
        return fence
    if not fence:
        return found[1]
    return "" if len(found[1]) >= len(fence) and not found[2].strip() else fence


def _ending(fence: str, details: int) -> list[str]:
    return [*([fence] if fence else []), *(["", "</details>"] * details)]


def _note(number: int) -> str:
    return f"_… {number:,} characters are left out here; the run's `results.json` has them._"


def _first_to_go(sections: Sequence[Section]) -> list[int]:
    """Numbers of sections, the least worth keeping first; of equals the longest."""
    return sorted(range(len(sections)), key=lambda n: (-sections[n].keep, -len(sections[n].text)))


def _size(section: Section) -> int:
    return len(section.text) + len(section.heading) + 8
