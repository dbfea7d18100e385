"""A request as the double sees it, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

READS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Request:
    """One request, before anything was looked at."""

    number: int
    """The first one is 1."""
    method: str
    target: str
    """Path and query, as sent."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    at: datetime

    @cached_property
    def enterprise(self) -> bool:
        """Whether it was sent to the API root of a GitHub Enterprise Server."""
        return self.target.startswith("/api/v3/")

    @cached_property
    def path(self) -> str:
        """Below the API root, still quoted."""
        return urlsplit(self.target).path.removeprefix("/api/v3")

    @cached_property
    def query(self) -> dict[str, str]:
        """What stands behind the question mark; of a key that is there twice the last."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @cached_property
    def root(self) -> str:
        """The API root that was asked, for the links in the answer."""
        return f"http://{self.headers.get('host', 'localhost')}{'/api/v3' if self.enterprise else ''}"

    @cached_property
    def json(self) -> Any:
        """The body; None without one."""
        return json.loads(self.body) if self.body else None

    @property
    def is_write(self) -> bool:
        """Whether it asks for a change."""
        return self.method not in READS

    @property
    def token(self) -> str | None:
        """What it says it may."""
        return self.headers.get("authorization", "").partition(" ")[2] or None

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


@dataclass
class Answer:
    """What is answered; None as content is no body at all."""

    status: int
    content: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Sent instead of the content: an error page that is no JSON."""

    @cached_property
    def body(self) -> bytes:
        """As it goes over the wire."""
        if self.raw is not None:
            return self.raw
        return b"" if self.content is None else json.dumps(self.content, separators=(",", ":")).encode()


class Problem(Exception):  # noqa: N818  # not an error of the double, but an answer
    """GitHub says no."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[Any] | None = None,
        docs: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        content: dict[str, Any] = {"message": message, "documentation_url": f"https://docs.github.com/rest{docs}"}
        if errors is not None:
            content["errors"] = errors
        elif status != 422:  # the description has no status there
            content["status"] = str(status)
        self.answer = Answer(status, content, dict(headers or {}))


def invalid(resource: str, name: str, value: Any) -> Problem:
    """422, for a value that names nothing there is."""
    return _failed({"value": value, "resource": resource, "field": name, "code": "invalid"})


def custom(resource: str, name: str, message: str) -> Problem:
    """422, for a value that breaks a rule."""
    return _failed({"resource": resource, "field": name, "code": "custom", "message": message})


def unprocessable(resource: str, message: str) -> Problem:
    """422, as it is said of comments."""
    return _failed({"resource": resource, "field": "data", "code": "unprocessable", "message": message})


def taken(resource: str, name: str) -> Problem:
    """422, for a name that is taken."""
    return _failed({"resource": resource, "field": name, "code": "already_exists"})


def _failed(error: dict[str, Any]) -> Problem:
    return Problem(422, "Validation Failed", errors=[error])
