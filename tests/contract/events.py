"""Patch events as tests post them (contract PAT-03)."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from .caller import Caller


def stamp(ago: timedelta = timedelta()) -> str:
    """An ISO time so long ago."""
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event(patch: str, *, ago: timedelta = timedelta(), **changes: object) -> dict[str, Any]:
    """A successful validation of the patch, unless changed."""
    return {
        "id": f"smoke-{secrets.token_hex(5)}",
        "patchId": patch,
        "eventType": "PATCH_VALIDATED",
        "status": "success",
        "createdAt": stamp(ago),
        "metadata": {"smoke": True},
        **changes,
    }


def post_event(hq: Caller, patch: str, **changes: Any) -> dict[str, Any]:
    """Posts an event; what was posted."""
    body = event(patch, **changes)
    hq.write("/api/patches/events", body)
    return body


def post_events(hq: Caller, patch: str, *statuses: str) -> list[dict[str, Any]]:
    """One event per status: PATCH_APPLIED for a success, PATCH_REJECTED else; each a minute younger than the last."""
    return [
        post_event(
            hq,
            patch,
            ago=timedelta(minutes=len(statuses) - number),
            status=status,
            eventType="PATCH_APPLIED" if status == "success" else "PATCH_REJECTED",
        )
        for number, status in enumerate(statuses)
    ]
