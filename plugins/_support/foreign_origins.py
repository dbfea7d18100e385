"""Whether pages of foreign origins may read answers as who is signed in (EDGE-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vibehq_smoke import Blocked, Violation

from .refusal_models import Refused
from .short_models import Success

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Reply

READ = "/api/auth/profile"
"""What a foreign page would read first: who is signed in."""

PREFLIGHTED = "/api/health/checks"


async def refuse_foreign_origins(hq: Hq) -> None:
    """No foreign origin is let in with credentials. Raises one Violation for all that are.

    Else Blocked when something was answered that tells nothing of who is let in.
    """
    asked = [_asked(hq, origin) for origin in foreign_origins(hq.target.base_url)]
    answered = [one for several in await hq.gather(*asked) for one in several]
    let_in = [_let_in(reply, origin) for reply, origin in answered if _lets_in(reply, origin)]
    if let_in:
        raise Violation("\n".join(let_in), kind="cors")
    for reply, _ in answered:
        _assert_answered(reply)


def _assert_answered(reply: Reply) -> None:
    """The answer is that of a platform at work, or says no: a foreign origin may be refused as a whole."""
    try:
        if reply.method == "OPTIONS":
            if not (reply.status in (200, 204) and not reply.content):
                reply.expect(Refused, status=(400, 401, 403, 404, 405))
        elif reply.status in (401, 403):
            reply.expect(Refused, status=reply.status)
        else:
            reply.expect(Success)
    except Violation as wrong:
        component = "auth" if reply.path == READ else "orchestrator"
        raise Blocked(str(wrong).partition("\n")[0], component=component) from None


def foreign_origins(base_url: str) -> tuple[str, ...]:
    """A stranger, two that only look like the platform's own, and the origin of sandboxed frames and files."""
    host = urlsplit(base_url).hostname
    return ("https://smoke.invalid", f"https://{host}.smoke.invalid", f"https://smoke-{host}", "null")


async def _asked(hq: Hq, origin: str) -> list[tuple[Reply, str]]:
    """The answers to pages of an origin: a public one, a signed-in one, one to a preflight."""
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    replies = await hq.gather(
        hq.bare.get("/api/status", headers={"Origin": origin}),
        hq.api.get(READ, headers={"Origin": origin}),
        hq.bare.request("OPTIONS", PREFLIGHTED, headers={"Origin": origin, **wanted}),
    )
    return [(reply, origin) for reply in replies]


def _lets_in(reply: Reply, origin: str) -> bool:
    credentials = reply.headers.get("access-control-allow-credentials", "").strip().lower()
    return credentials == "true" and _allowed(reply) in (origin, "*")


def _let_in(reply: Reply, origin: str) -> str:
    asked = f"{reply.method} {reply.path}"
    return f"{asked} lets the pages of {origin} act for whoever is signed in (allowed: {_allowed(reply)})"


def _allowed(reply: Reply) -> str:
    return reply.headers.get("access-control-allow-origin", "").strip()
