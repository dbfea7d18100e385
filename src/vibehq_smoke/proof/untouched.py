"""A redactor for what has been redacted already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..redact import Redactor


class Untouched(Redactor):
    """Leaves everything as it is: a recording holds no secrets, and redacting again is most of a replay's work."""

    def text(self, text: str) -> str:
        """As it is."""
        return text

    def body(self, text: str) -> str:
        """As it is."""
        return text

    def url(self, url: str) -> str:
        """As it is."""
        return url

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """As they are."""
        return dict(headers)

    def json(self, value: Any) -> Any:
        """As it is."""
        return value
