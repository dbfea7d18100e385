"""One cause, as a source tells it."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Priority
from ..batch import BugType, Section


@dataclass(frozen=True)
class Told:
    """Its texts are from outside; its sections and its news are safe already."""

    bug_type: BugType
    subject: str
    """What has to be seen to hold before the cause counts as gone."""
    component: str
    kind: str
    priority: Priority
    title: str
    sections: tuple[Section, ...]
    news: str
    message: str = ""
    frame: str = ""
    category: str = ""
    file: str = ""
    certain: bool = False
    held: str | None = None
    accused: str = ""
    """What stands for the component in the fingerprint, where a source does not always know the component."""
    others: tuple[str, ...] = ()
    """Further subjects that show the same cause."""
