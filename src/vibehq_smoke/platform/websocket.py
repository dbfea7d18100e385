"""A WebSocket as a check sees it: JSON frames in and out, all of them evidence (contract part 6)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from ..errors import Skipped, Unreachable, Violation
from .outside import Connection, Outside
from .recorder import Recorder
from .wording import one_line

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

FRAME_BYTES = 1024 * 1024
_MOST_LINES = 100


class Socket:
    """An open socket. Use it inside ``async with hq.websocket(path)``."""

    def __init__(self, connection: Connection, path: str, recorder: Recorder) -> None:
        self._connection = connection
        self._path = path
        self._recorder = recorder
        self.lines: list[str] = []
        """What went over the wire, one line a frame, ``→`` out and ``←`` in."""

    async def receive(self, timeout: float = 5.0) -> dict[str, Any]:  # noqa: ASYNC109 - part of the interface
        """The next frame as a JSON object.

        Raises Violation: ``timeout`` when none comes within ``timeout`` seconds, ``websocket`` when the socket was
        closed, ``json`` when the frame is not a JSON object.
        """
        return self._object(await self.receive_text(timeout))

    async def receive_text(self, timeout: float = 5.0) -> str:  # noqa: ASYNC109 - part of the interface
        """The next frame as it stands, for sockets that carry more than JSON. Raises as :meth:`receive` does."""
        from websockets.exceptions import ConnectionClosed

        try:
            with self._recorder.waiting(f"a frame on {self._path}"):
                async with asyncio.timeout(timeout):
                    frame = await self._connection.recv()
        except TimeoutError:
            raise Violation(f"{self._path}: no frame came within {timeout:g} s", kind="timeout") from None
        except ConnectionClosed as closed:
            raise Violation(f"{self._path}: the socket was closed ({_reason(closed)})", kind="websocket") from None
        text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        self._line("←", text)
        return text

    async def send(self, obj: Any) -> None:
        """Send ``obj`` as one JSON text frame. Raises Violation ``websocket`` when the socket is closed."""
        await self.send_text(json.dumps(obj))

    async def send_text(self, text: str) -> None:
        """Send ``text`` as one frame, as it stands. Raises Violation ``websocket`` when the socket is closed."""
        from websockets.exceptions import ConnectionClosed

        self._line("→", text)
        try:
            await self._connection.send(text)
        except ConnectionClosed as closed:
            raise Violation(f"{self._path}: the socket was closed ({_reason(closed)})", kind="websocket") from None

    def _object(self, text: str) -> dict[str, Any]:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise Violation(f"{self._path}: a frame is no JSON object: {self._recorder.line(text[:800])}", kind="json")
        return cast("dict[str, Any]", self._recorder.outside.seen(text, value))

    def _line(self, arrow: str, text: str) -> None:
        if len(self.lines) < _MOST_LINES:
            self.lines.append(f"{arrow} {one_line(self._recorder.clip(text)[0], 500)}")


@contextlib.asynccontextmanager
async def open_socket(
    url: str,
    path: str,
    headers: Mapping[str, str],
    recorder: Recorder,
    *,
    deadline_s: float,
    verify_tls: bool,
    hint: str = "",
    outside: Outside | None = None,
) -> AsyncIterator[Socket]:
    """Connect to ``url`` + ``path``; ``url`` is http or https. Closes the socket at the end, and keeps the frames.

    Raises Violation ``websocket`` when the handshake is rejected, Unreachable when nothing answers, and Skipped with
    ``hint``, if there is one, when the handshake wants a credential.
    """
    started_s = recorder.now()

    async def dial() -> Connection:
        return await _connect(url, path, headers, recorder, deadline_s=deadline_s, verify_tls=verify_tls)

    try:
        connection = await (outside or Outside()).dial(path, dial)
    except _Unauthenticated as refused:
        raise Skipped(hint) if hint else refused from None
    socket = Socket(connection, path, recorder)
    try:
        yield socket
    finally:
        lasted = recorder.now() - started_s
        recorder.add("ws", f"{path}: {len(socket.lines)} frame(s) in {lasted:.1f} s", "\n".join(socket.lines))
        await _close(connection)


class _Unauthenticated(Violation):
    """The handshake was answered with 401."""


async def _connect(
    url: str, path: str, headers: Mapping[str, str], recorder: Recorder, *, deadline_s: float, verify_tls: bool
) -> ClientConnection:
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidHandshake, InvalidStatus

    try:
        with recorder.waiting(f"the WebSocket handshake of {path}"):
            return await connect(
                "ws" + url.removeprefix("http") + path,
                additional_headers=dict(headers),
                open_timeout=deadline_s,
                close_timeout=1,
                max_size=FRAME_BYTES,
                proxy=None,
                ssl=_context(verify_tls) if url.startswith("https") else None,
            )
    except InvalidStatus as refused:
        status = refused.response.status_code
        problem = f"{path}: the handshake was answered with status {status} instead of 101"
        violation = _Unauthenticated if status == 401 else Violation
        raise _kept(recorder, violation(problem, kind="websocket")) from None
    except InvalidHandshake as error:
        problem = f"the handshake failed: {recorder.line(str(error))}"
        raise _kept(recorder, Violation(f"{path}: {problem}", kind="websocket")) from None
    except TimeoutError:
        problem = f"no answer to the handshake within {deadline_s:g} s"
        raise _kept(recorder, Unreachable(f"{path}: {problem}", kind="timeout")) from None
    except OSError as error:
        raise _kept(recorder, Unreachable(f"{path}: no connection: {recorder.line(str(error))}")) from None


async def _close(connection: Connection) -> None:
    """Say goodbye, but let nobody hold us up: close_timeout bounds the wait, and a cancelled check cuts the line."""
    try:
        await connection.close()
    except asyncio.CancelledError:
        connection.transport.abort()
        raise


def _kept(recorder: Recorder, violation: Violation) -> Violation:
    recorder.add("ws", str(violation))
    return violation


def _reason(closed: Any) -> str:
    frame = closed.rcvd
    return one_line(f"code {frame.code} {frame.reason}") if frame is not None else "without a closing frame"


def _context(verify_tls: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
