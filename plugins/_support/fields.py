"""Types of fields that several replies share: strict about what the contract demands (contract 2.0)."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

Count = Annotated[int, Field(strict=True, ge=0)]
"""A whole number that is not negative."""

Amount = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
"""A number that is not negative."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""Any number."""

Score = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
"""A share between 0 and 1."""

Percent = Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]
"""A share between 0 and 100."""

Flag = Annotated[bool, Field(strict=True)]
"""True or false, not 0 or 1."""

Text = Annotated[str, Field(strict=True)]
"""Any text."""

Name = Annotated[str, Field(strict=True, min_length=1)]
"""A text that says something."""

RowId = int | Name
"""The id of a stored thing: a number, or a text that is not empty."""

Verdict = Literal["healthy", "degraded", "unhealthy", "critical", "timeout"]
"""``overall_status`` of a worker (contract part 4, vocabularies)."""

RunState = Literal["running", "completed", "failed", "timeout"]
"""``health_checks.status``."""

RowState = Literal["pending", "running", "completed", "failed", "timeout", "passed"]
"""``worker_health_checks.status``; ``passed`` stands in rows that test records made (contract WRK-09)."""


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _uuid(value: str) -> str:
    if not _UUID.fullmatch(value.lower()):
        raise ValueError("it is no uuid")
    return value.lower()


def _version_4(value: str) -> str:
    if UUID(value).version != 4:
        raise ValueError("it is no uuid of version 4")
    return value


def _moment(value: Any) -> Any:
    """Both ways in which the platform writes a time, as text; what has no zone is UTC."""
    if not isinstance(value, str):
        raise ValueError("a time must be a text, ISO 8601 or YYYY-MM-DD HH:MM:SS")  # noqa: TRY004 - pydantic turns only ValueError into a message
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


Uuid = Annotated[str, Field(strict=True), AfterValidator(_uuid)]
"""An RFC 4122 uuid, in lower case."""

UuidV4 = Annotated[Uuid, AfterValidator(_version_4)]
"""A random uuid."""

Moment = Annotated[datetime, BeforeValidator(_moment)]
"""A time; always with a zone, so that two of them compare."""
