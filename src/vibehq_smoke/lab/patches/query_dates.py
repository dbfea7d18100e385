"""Dates in query parameters."""

from starlette.requests import Request

from vibehq_smoke.lab.clock import iso, parse_iso
from vibehq_smoke.lab.openapi.describe import Parameter
from vibehq_smoke.lab.serving.replies import Envelope, Refusal


def query_date(request: Request, name: str, refuse: Envelope) -> str | None:
    """The date `name` in the platform's own format, or None. Raises Refusal 400 when it is no date."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return iso(parse_iso(text))
    except (ValueError, OverflowError) as error:
        raise Refusal(400, refuse(f"Invalid {name}", "an ISO-8601 date is expected")) from error


def date(name: str) -> Parameter:
    """A query parameter that is a date, for the description of a route."""
    return Parameter(name, (("type", "string"), ("format", "date-time")))
