"""The envelopes of the platform's answers (contract 2.0) and the error that carries one.

E1 health ``{ok, …}`` · E2 controllers ``{success, …}`` · E3 a bare object · E4 ``{error, …}``.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from starlette.responses import JSONResponse

Json = dict[str, Any]


class Envelope(Protocol):
    """How a family of routes words a refusal."""

    def __call__(self, error: str, details: str | None = None) -> Json:
        """The body that says `error`, with `details` when there are any."""
        ...


class Refusal(Exception):  # noqa: N818 - it is an answer, and often the right one
    """An answer other than success, raised anywhere below a route and rendered once by the application."""

    def __init__(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The answer to send."""
        return JSONResponse(self.body, self.status, self.headers)


def e1(error: str, details: str | None = None) -> Json:
    """``{ok: false, error, details?}``: health routes and the health-check protocol."""
    return {"ok": False, "error": error} | ({} if details is None else {"details": details})


def e2(error: str, details: str | None = None) -> Json:
    """``{success: false, error: {message, name, details?}, message}``: controllers."""
    inner = {"message": error, "name": "RequestError"} | ({} if details is None else {"details": details})
    return {"success": False, "error": inner, "message": error}


def e4(error: str, details: str | None = None) -> Json:
    """``{error, details?}``: analytics, delivery, scans, middleware."""
    return {"error": error} | ({} if details is None else {"details": details})


def patch_refusal(error: str, details: str | None = None) -> Json:
    """``{success: false, …, errors: […]}``: the answer to a batch that is none (API-05)."""
    message = error if details is None else f"{error}: {details}"
    return {"success": False, "appliedOperations": 0, "failedOperations": 0, "errors": [message], "events": []}


def data(payload: object, message: str | None = None) -> Json:
    """``{success: true, data, message?}``: success in the E2 family."""
    return {"success": True, "data": payload} | ({} if message is None else {"message": message})
