"""What pages and API answers tell browsers: security headers (EDGE-03), and who else may read them (EDGE-04)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vibehq_smoke import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vibehq_smoke.platform import Hq, Reply

PAGES = ("/", "/mission-control")
ANSWERS = ("/api/status", "/api/health")
"""A public answer, and a refusal: whoever asks has no session."""

PREFLIGHTED = "/api/health/checks"
_FRAMES = re.compile(r"(?:^|;)\s*frame-ancestors\s+([^;]+)", re.IGNORECASE)
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d+)", re.IGNORECASE)


async def judge_headers(hq: Hq) -> None:
    """Everything that is missing degrades the check, with the paths that miss it."""
    replies = await hq.gather(*(hq.bare.get(path) for path in (*PAGES, *ANSWERS)))
    missing: dict[str, list[str]] = {}
    for reply in replies:
        for lack in _lacks(reply):
            missing.setdefault(lack, []).append(reply.path)
    for lack, paths in missing.items():
        hq.degraded(f"{', '.join(paths)}: {lack}")
    pages = [reply for reply in replies if _is_page(reply)]
    if not pages:
        hq.note(f"{' and '.join(PAGES)} show no page, so protection from frames was not judged")
    if any(not reply.headers.get("referrer-policy") for reply in pages):
        hq.note("pages set no Referrer-Policy, so browsers decide how much of an address they pass on")


def _lacks(reply: Reply) -> Iterator[str]:
    headers = reply.headers
    if headers.get("x-content-type-options", "").strip().lower() != "nosniff":
        yield "no X-Content-Type-Options: nosniff, so browsers may guess another type"
    if _is_page(reply) and not _is_framed_by_nobody(reply):
        yield "neither X-Frame-Options nor frame-ancestors, so any site may show the page in a frame"
    if reply.url.startswith("https://"):
        age = _MAX_AGE.search(headers.get("strict-transport-security", ""))
        if age is None or not int(age[1]):
            yield "no Strict-Transport-Security, so a browser may be talked back to plain http"
    for name in ("server", "x-powered-by"):
        banner = headers.get(name, "")
        if re.search(r"/\s*v?\d|\d\.\d", banner):
            yield f"{name.title()} tells strangers the version: {banner[:60]}"


def _is_page(reply: Reply) -> bool:
    return reply.media_type == "text/html"


def _is_framed_by_nobody(reply: Reply) -> bool:
    if reply.headers.get("x-frame-options", "").strip().lower() in ("deny", "sameorigin"):
        return True
    allowed = _FRAMES.search(reply.headers.get("content-security-policy", ""))
    return allowed is not None and not {"*", "http:", "https:"} & set(allowed[1].split())


async def refuse_foreign_origins(hq: Hq) -> None:
    """No foreign origin is let in with credentials. Raises one Violation for all that are."""
    asked = [_asked(hq, origin) for origin in foreign_origins(hq.target.base_url)]
    let_in = [line for lines in await hq.gather(*asked) for line in lines]
    if let_in:
        raise Violation("\n".join(let_in), kind="cors")


def foreign_origins(base_url: str) -> tuple[str, ...]:
    """A stranger, two that only look like the platform's own, and the origin of sandboxed frames and files."""
    host = urlsplit(base_url).hostname
    return ("https://smoke.invalid", f"https://{host}.smoke.invalid", f"https://smoke-{host}", "null")


async def _asked(hq: Hq, origin: str) -> list[str]:
    """A line for each answer that lets the origin in: a public one, a signed-in one, one to a preflight."""
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    replies = await hq.gather(
        hq.bare.get("/api/status", headers={"Origin": origin}),
        hq.api.get("/api/health", headers={"Origin": origin}),
        hq.bare.request("OPTIONS", PREFLIGHTED, headers={"Origin": origin, **wanted}),
    )
    return [_let_in(reply, origin) for reply in replies if _lets_in(reply, origin)]


def _lets_in(reply: Reply, origin: str) -> bool:
    credentials = reply.headers.get("access-control-allow-credentials", "").strip().lower()
    return credentials == "true" and _allowed(reply) in (origin, "*")


def _let_in(reply: Reply, origin: str) -> str:
    asked = f"{reply.method} {reply.path}"
    return f"{asked} lets the pages of {origin} act for whoever is signed in (allowed: {_allowed(reply)})"


def _allowed(reply: Reply) -> str:
    return reply.headers.get("access-control-allow-origin", "").strip()
