"""Who a request comes from: the credential it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from .recorder import Recorder


@dataclass(frozen=True)
class Credential:
    """What opens a door: headers, and cookies that go into the one Cookie header."""

    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def bearer(cls, token: str) -> Credential:
        """``Authorization: Bearer <token>``."""
        return cls(headers={"Authorization": f"Bearer {token}"})


class Identity(Protocol):
    """Finds the credential, signing in when that is due."""

    async def credential(self, recorder: Recorder) -> Credential:
        """The credential to send. Raises Blocked when one is due and cannot be had; ``recorder`` gets the evidence."""


@dataclass(frozen=True)
class Known:
    """An identity whose credential is there already; by default it is nobody."""

    held: Credential = field(default_factory=Credential)

    async def credential(self, recorder: Recorder) -> Credential:  # noqa: ARG002 - there is nothing to find out
        """The credential."""
        return self.held
