"""``GET /api/status``: the public preflight (contract R4)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.serving.replies import data


def routes() -> list[BaseRoute]:
    """The public status route."""
    return [Route("/api/status", status)]


async def status(_request: Request) -> Response:
    """Message of the day; it touches no database, so it answers while any of them is down."""
    return JSONResponse(data({"globalUserMessage": "", "changeLogs": "", "hasActiveMessage": False}))
