"""The hidden marker in an issue's body: which cause the issue is about, and all that was counted of it.

It repeats what the local record knows, so that a job that starts without one goes on where others stopped. It is
signed, so that nobody can pass another issue off as ours, or make the harness close one. Without a key of its own the
signature covers the tracker's name: it then tells damage and copies from elsewhere, not an attacker who read this.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import zlib
from dataclasses import dataclass

from pydantic import ValidationError

from .cause import Cause

_VERSION = 1
_LIMIT = 200_000
"""Bytes that a marker may unpack to."""
_MARKER = re.compile(r"<!-- vibehq-smoke:cause (\d+) ([A-Za-z0-9_=-]+) ([0-9a-f]{32}) -->")
_LEFT_OUT = {"ticket", "number", "url", "held"}


@dataclass(frozen=True)
class Signer:
    """Writes and reads markers."""

    key: bytes

    @classmethod
    def of(cls, secret: str | None, tracker: str) -> Signer:
        """With the secret that people configured, else with the name of the tracker."""
        return cls((secret or f"vibehq-smoke {tracker.lower()}").encode())

    def marker(self, cause: Cause) -> str:
        """One line of Markdown that shows nothing."""
        told = cause.model_dump_json(exclude=_LEFT_OUT, exclude_defaults=True)
        payload = base64.urlsafe_b64encode(zlib.compress(told.encode(), 9)).decode()
        return f"<!-- vibehq-smoke:cause {_VERSION} {payload} {self._signature(payload)} -->"

    def read(self, body: str) -> Cause | None:
        """The cause that a body speaks of; None without a marker, and when it is damaged, forged or there twice."""
        found = _MARKER.findall(body)
        if len(found) != 1 or int(found[0][0]) != _VERSION:
            return None
        _, payload, signature = found[0]
        if not hmac.compare_digest(signature, self._signature(payload)):
            return None
        try:
            unpacker = zlib.decompressobj()
            told = unpacker.decompress(base64.urlsafe_b64decode(payload), _LIMIT)
            return Cause.model_validate_json(told)
        except (binascii.Error, zlib.error, ValidationError, ValueError):
            return None

    def _signature(self, payload: str) -> str:
        return hmac.new(self.key, f"{_VERSION} {payload}".encode(), hashlib.sha256).hexdigest()[:32]
