"""What pages and API answers tell browsers: security headers (EDGE-03)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation

from .refusal_models import Refused
from .short_models import Ok, Success

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vibehq_smoke.platform import Hq, Reply

PAGES = {"/": "orchestrator", "/mission-control": "mission-control"}
"""Path, and the component that shows the page."""

ANSWERS = ("/api/status", "/api/health")
"""A public answer, and a refusal: whoever asks has no session."""

NOT_FOUND = 404
REDIRECTS = (301, 302, 303, 307, 308)
_FRAMES = re.compile(r"(?:^|;)\s*frame-ancestors\s+([^;]+)", re.IGNORECASE)
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d+)", re.IGNORECASE)
_POLICIES = frozenset((
    "no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin", "strict-origin",
    "strict-origin-when-cross-origin", "unsafe-url",
))  # fmt: skip


async def judge_headers(hq: Hq) -> None:
    """Everything that is missing degrades the check, with the paths that miss it.

    Raises Blocked when one of them did not give the answer whose headers were to be judged.
    """
    replies = await hq.gather(*(hq.bare.get(path) for path in (*PAGES, *ANSWERS)))
    missing: dict[str, list[str]] = {}
    for reply in replies:
        for lack in _lacks(reply):
            missing.setdefault(lack, []).append(reply.path)
    for lack, paths in missing.items():
        hq.degraded(f"{', '.join(paths)}: {lack}")
    pages, answers = replies[: len(PAGES)], replies[len(PAGES) :]
    _assert_answers(*answers)
    if all(page.status == NOT_FOUND for page in pages):
        hq.note(f"{' and '.join(PAGES)} show no page, so protection from frames was not judged")
        return
    for page in pages:
        if not _is_page(page) and page.status not in REDIRECTS:
            said = f"GET {page.path} shows no page, but answers {page.status} as {page.media_type}"
            raise Blocked(said, component=PAGES[page.path])


def _assert_answers(public: Reply, private: Reply) -> None:
    """The one is there, the other for nobody; where it is for everybody, that is API-08's to judge."""
    allowed, model = (200, Ok) if private.status == 200 else (401, Refused)
    for reply, expected, status, component in (
        (public, Success, 200, "orchestrator"),
        (private, model, allowed, "auth"),
    ):
        try:
            reply.expect(expected, status=status)
        except Violation as wrong:
            raise Blocked(str(wrong).partition("\n")[0], component=component) from None


def _lacks(reply: Reply) -> Iterator[str]:
    headers = reply.headers
    if headers.get("x-content-type-options", "").strip().lower() != "nosniff":
        yield "no X-Content-Type-Options: nosniff, so browsers may guess another type"
    if _is_page(reply) and not _is_framed_by_nobody(reply):
        yield "neither X-Frame-Options nor frame-ancestors, so any site may show the page in a frame"
    if _is_page(reply) and not _policies(reply) & _POLICIES:
        yield "no Referrer-Policy, so browsers decide how much of an address they pass on"
    if reply.url.startswith("https://"):
        age = _MAX_AGE.search(headers.get("strict-transport-security", ""))
        if age is None or not int(age[1]):
            yield "no Strict-Transport-Security, so a browser may be talked back to plain http"
    for name in ("server", "x-powered-by"):
        banner = headers.get(name, "")
        if re.search(r"/\s*v?\d|\d\.\d", banner):
            yield f"{name.title()} tells strangers the version: {banner[:60]}"


def _is_page(reply: Reply) -> bool:
    return reply.status == 200 and reply.media_type == "text/html"


def _policies(reply: Reply) -> set[str]:
    """Several are allowed: browsers take the last one that they know."""
    return {word.strip().lower() for word in reply.headers.get("referrer-policy", "").split(",")}


def _is_framed_by_nobody(reply: Reply) -> bool:
    if reply.headers.get("x-frame-options", "").strip().lower() in ("deny", "sameorigin"):
        return True
    allowed = _FRAMES.search(reply.headers.get("content-security-policy", ""))
    return allowed is not None and not {"*", "http:", "https:"} & set(allowed[1].split())
