"""Who may open a socket that a session's cookie opens: pages of the platform itself, and tools."""

from collections.abc import Awaitable, Callable

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.serving.replies import Json, e4

Handler = Callable[[WebSocket], Awaitable[None]]


async def refuse(socket: WebSocket, status: int, body: Json) -> None:
    """Answer the upgrade with `status` and a JSON body instead of 101."""
    await socket.send_denial_response(JSONResponse(body, status))


def own_pages_only(lab: Lab, handler: Handler) -> Handler:
    """`handler` behind a check of ``Origin``.

    Browsers let any page dial any socket and send the cookies of the host along, whatever the port; so a request that
    names another origin than the platform's own is refused with 403. Tools send no origin and pass.
    """

    async def gated(socket: WebSocket) -> None:
        origin, host = socket.headers.get("origin"), socket.headers.get("host", "")
        if origin in (None, lab.base_url, f"http://{host}", f"https://{host}"):
            await handler(socket)
        else:
            await refuse(socket, 403, e4("Origin not allowed"))

    return gated
