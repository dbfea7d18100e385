"""One ASGI application from routes: every error is JSON, and none shows its insides."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.pages.site import INDEX
from vibehq_smoke.lab.serving.replies import Refusal, e1
from vibehq_smoke.lab.storage.databases import DatabaseDownError
from vibehq_smoke.lab.storage.log import Log


def json_application(routes: Sequence[BaseRoute], faults: Faults) -> ASGIApp:
    """An application over `routes`: unknown path 404, wrong method 405, database down 500, all as E1 JSON."""

    async def no_route(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and faults.on("spa-fallback"):
            return HTMLResponse(INDEX)
        wording = {404: "Not found", 405: "Method not allowed"}
        return JSONResponse(e1(wording.get(error.status_code, error.detail)), error.status_code, headers=error.headers)

    app = Starlette(
        routes=routes,
        exception_handlers={
            Refusal: _refusal,
            HTTPException: no_route,
            DatabaseDownError: _database_down,
            Exception: _unexpected,
        },
    )
    app.router.redirect_slashes = False
    app.state.faults = faults
    return app


@dataclass(frozen=True)
class Guard:
    """ASGI wrapper: an unexpected error becomes a plain 500 and a line in the log."""

    app: ASGIApp
    component: str
    log: Log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and catch what comes back."""
        answered = False

        async def watch(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            self.log.write(self.component, "error", "unexpected error", path=scope.get("path"), error=repr(error))
            if not answered and scope["type"] == "http":
                await JSONResponse(e1("Internal server error"), 500)(scope, receive, send)


async def _refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return error.response()


async def _unexpected(_request: Request, _error: Exception) -> Response:
    # The error itself goes on to the Guard, which logs it.
    return JSONResponse(e1("Internal server error"), 500)


async def _database_down(_request: Request, error: Exception) -> Response:
    return JSONResponse(e1("Internal server error", str(error)), 500)
