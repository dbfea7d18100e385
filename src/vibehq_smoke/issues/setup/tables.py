"""The labels and milestones that a repository on GitHub gets. Nothing is ever deleted, and others are not touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import quote

from ..github.errors import Invalid
from ..writing.labels import Label, Milestone
from .step import Outcome, Step


class Repository(Protocol):
    """What is asked of a client of GitHub's API; paths are within one repository."""

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """All of a list."""

    def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Change something, once."""


def put_labels(repository: Repository, wanted: Iterable[Label], *, dry: bool) -> Iterator[Step]:
    """Create what is missing, correct colours and descriptions. GitHub's names are alike whatever their capitals."""
    there = {_text(label, "name").casefold(): label for label in repository.pages("labels")}
    for label in wanted:
        found = there.get(label.name.casefold())
        facts = {"color": label.color.lower(), "description": label.description}
        what = f"label {label.name}"
        if found is None:
            yield _created(repository, "labels", {"name": label.name, **facts}, what, dry=dry)
        elif changed := _differing(found, facts):
            if not dry:
                repository.write("PATCH", f"labels/{quote(_text(found, 'name'), safe='')}", changed)
            yield Step(Outcome.UPDATED, what, _told(found, changed))
        else:
            yield Step(Outcome.UNCHANGED, what)


def put_milestones(repository: Repository, wanted: Iterable[Milestone], *, dry: bool) -> Iterator[Step]:
    """Create what is missing. One that people described, dated or closed is left as they have it."""
    there = {_text(milestone, "title"): milestone for milestone in repository.pages("milestones", state="all")}
    for milestone in wanted:
        found = there.get(milestone.title)
        what = f"milestone {milestone.title}"
        if found is None:
            facts = {"title": milestone.title, "description": milestone.description}
            yield _created(repository, "milestones", facts, what, dry=dry)
        elif not _text(found, "description") and milestone.description:
            changed = {"description": milestone.description}
            if not dry:
                repository.write("PATCH", f"milestones/{found.get('number')}", changed)
            yield Step(Outcome.UPDATED, what, _told(found, changed))
        elif found.get("state") == "closed":
            yield Step(Outcome.KEPT, what, "it is closed")
        else:
            yield Step(Outcome.UNCHANGED, what)


def _created(repository: Repository, path: str, facts: Mapping[str, str], what: str, *, dry: bool) -> Step:
    try:
        if not dry:
            repository.write("POST", path, facts)
    except Invalid as error:
        # GitHub's lists lag behind; what was created a moment ago may not be in them yet.
        if not error.has("already_exists"):
            raise
        return Step(Outcome.UNCHANGED, what, "it is there, and too new to be listed")
    return Step(Outcome.CREATED, what)


def _differing(found: Mapping[str, Any], facts: Mapping[str, str]) -> dict[str, str]:
    """The facts that are otherwise there."""
    return {key: value for key, value in facts.items() if _text(found, key) != value}


def _told(found: Mapping[str, Any], changed: Mapping[str, str]) -> str:
    return ", ".join(f"{key} was {_text(found, key) or 'empty'}" for key in changed)


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""
