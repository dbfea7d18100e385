"""The terminal: its panel in a chat, its socket, and the shell behind it (contract UI-10 to UI-12, part 6)."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.platform.dialects import Dialect, Paths

from .api_models import Camel
from .distinct import distinct
from .fields import Count, Name, Text
from .mission import is_blank, skip_at_the_door
from .reading import read, value_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Page
    from vibehq_smoke.platform.websocket import Socket

OUTPUT_S = 10.0
"""Within which a shell prints what it was told to."""

SANDBOXES = "/api/sandboxes"

_TROUBLE = ("error", "container-disconnected", "container-connected", "connected")
_PANEL = re.compile("terminal", re.IGNORECASE)
_DIAL_S = 5.0
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


class Greeting(Camel):
    """The first frame of a terminal."""

    type: Literal["connected"]
    message: Text
    worker_id: Name


def socket_path(worker: str, sandbox: str | None = None) -> str:
    """Where the terminal of ``worker`` is dialled."""
    query = f"?sandboxId={quote(sandbox, safe='')}" if sandbox else ""
    return f"/api/workers/{quote(worker, safe='')}/terminal{query}"


async def assert_greets(hq: Hq, socket: Socket, worker: str) -> None:
    """The first frame says hello, and that it is this worker's terminal. Raises Violation."""
    greeting = read(hq, Greeting, await socket.receive(timeout=5.0), "the first frame of the terminal")
    assert greeting.worker_id == worker, f"dialled the terminal of {worker}, got that of {greeting.worker_id}"


class _Sandbox(Camel):
    id: Name
    worker_id: Name | None = None


class _Sandboxes(Dialect):
    sandboxes: Annotated[list[_Sandbox], Paths("sandboxes", "$"), distinct("id")]
    count: Count | None = None


async def a_sandbox(hq: Hq) -> tuple[str, str]:
    """Worker and sandbox whose terminal can be used. Raises Skipped when no live sandbox is known."""
    reply = await hq.api.get(SANDBOXES)
    try:
        known = reply.expect(_Sandboxes)
    except Violation as violation:
        raise Skipped(f"no live sandbox is known: {violation}; start one and run again") from None
    listed = len(known.sandboxes)
    if known.count not in (None, listed):
        raise Skipped(f"no live sandbox is known for sure: GET {SANDBOXES} lists {listed}, and counts {known.count}")
    for sandbox in known.sandboxes:
        if sandbox.worker_id is not None:
            return sandbox.worker_id, sandbox.id
    raise Skipped(f"no live sandbox is known: GET {SANDBOXES} lists none of a worker; start one and run again")


async def attached(socket: Socket) -> None:
    """The sandbox's container is connected. Raises Violation when the terminal says otherwise."""
    frame = await socket.receive(timeout=OUTPUT_S)
    assert frame.get("type") == "container-connected", (
        f"expected container-connected, got {frame.get('type')!r}: {frame.get('message')}"
    )


async def run_echo(socket: Socket, mark: str) -> str:
    """What the shell prints for an ``echo`` of ``mark`` and a sum: the echo of the typing alone holds no result.

    Raises Violation ``timeout``.
    """
    await socket.send_text(f"echo {mark}-$((6*7))\n")
    printed = ""
    try:
        async with asyncio.timeout(OUTPUT_S):
            while f"{mark}-42" not in printed:
                text = await socket.receive_text(timeout=OUTPUT_S)
                _refuse_trouble(text)
                printed += _ESCAPES.sub("", text)
    except (TimeoutError, Violation) as trouble:
        if isinstance(trouble, Violation) and trouble.kind != "timeout":
            raise
        seen = f"{printed[:200]!r}" if printed else "nothing"
        raise Violation(f"`echo {mark}` printed {seen} within {OUTPUT_S:g} s", kind="timeout") from None
    return printed


async def panel(hq: Hq, page: Page) -> Any:
    """The terminal's panel in a chat.

    Raises Violation ``timeout``, Blocked when the application shows nothing, Skipped when it wants a session.
    """
    tab = page.tab
    found = tab.get_by_test_id("terminal").or_(tab.get_by_role("region", name=_PANEL)).or_(tab.locator(".xterm")).first
    try:
        await page.shows(found, "terminal panel")
    except Violation:
        await skip_at_the_door(hq, page)
        if await is_blank(page):
            said = "; ".join(map(str, page.sights.complaints[:2])) or "its scripts draw nothing"
            message = f"the application shows nothing at all: {said}"
            raise Blocked(message, component="mission-control") from None
        raise
    return found


async def assert_usable(page: Page, found: Any) -> None:
    """The panel has a prompt, and something to type into. Raises Violation."""
    typing = found.locator("input, textarea, canvas, [contenteditable=true]")
    assert await typing.count(), f"the terminal of {page.path} has neither an input nor a canvas"
    text = await found.inner_text()
    assert "$" in text or await found.locator("canvas").count(), (
        f"the terminal of {page.path} shows no prompt $: {text[:120]!r}"
    )


async def dials(page: Page) -> bool:
    """Whether the page dials a terminal's socket by itself."""

    async def dialled() -> bool:
        return any("/terminal" in one.url for one in page.sights.dialled)

    try:
        return await page.until(dialled, "its terminal to be dialled", within=_DIAL_S)
    except Violation:
        return False


def _refuse_trouble(text: str) -> None:
    """Control frames stand between the output: two of them end it, the others come once, before it."""
    if not text.startswith("{"):
        return
    try:
        frame = json.loads(text)
    except ValueError:
        return
    kind = value_of(frame, "type")
    if kind in _TROUBLE and isinstance(value_of(frame, "message"), str):
        raise Violation(f"the terminal says {kind}: {frame['message']}", kind="terminal")
