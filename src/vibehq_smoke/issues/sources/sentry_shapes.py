"""The parts of Sentry's JSON that are read."""

from __future__ import annotations

from typing import Any

from pydantic import AliasChoices, Field

from .reading import Line, Shape


class Frame(Shape):
    """A call on the stack."""

    filename: str | None = None
    function: str | None = None
    line: Line | None = Field(None, validation_alias=AliasChoices("lineNo", "lineno"))
    in_app: bool | None = Field(None, validation_alias=AliasChoices("inApp", "in_app"))


class Stack(Shape):
    """The calls, the outermost first."""

    frames: tuple[Frame, ...] | None = ()


class Thrown(Shape):
    """An exception."""

    type: str | None = None
    value: str | None = None
    stacktrace: Stack | None = None


class AllThrown(Shape):
    """An exception and those behind it, the outermost last."""

    values: tuple[Thrown, ...] | None = ()


class Project(Shape):
    """What it happened in."""

    slug: str = ""


class Metadata(Shape):
    """What Sentry shows of an issue."""

    type: str | None = None
    value: str | None = None
    filename: str | None = None
    function: str | None = None


class Issue(Shape):
    """All events of one cause."""

    id: str
    title: str = ""
    short_id: str = ""
    culprit: str | None = None
    permalink: str | None = Field(None, validation_alias=AliasChoices("permalink", "web_url"))
    level: str | None = None
    status: str = "unresolved"
    count: int | None = Field(None, ge=0, le=10**15)
    user_count: int | None = Field(None, ge=0, le=10**15)
    first_seen: str | None = None
    last_seen: str | None = None
    project: Project | str | None = None
    metadata: Metadata | None = None
    type: str | None = None


class Event(Shape):
    """One event, from the API or from a webhook; the two differ in how they spell things."""

    id: str | None = Field(None, validation_alias=AliasChoices("eventID", "event_id", "id"))
    group: str | None = Field(None, validation_alias=AliasChoices("groupID", "issue_id", "group_id"))
    issue_url: str | None = None
    url: str | None = None
    web_url: str | None = None
    title: str | None = None
    message: str | None = None
    culprit: str | None = None
    level: str | None = None
    release: dict[str, Any] | str | None = None
    environment: str | None = None
    date_created: str | None = Field(None, validation_alias=AliasChoices("dateCreated", "datetime"))
    tags: tuple[Any, ...] | None = ()
    request: dict[str, Any] | None = None
    exception: AllThrown | None = None
    entries: tuple[dict[str, Any], ...] | None = ()
    metadata: Metadata | None = None
