"""Questions of agents about their orders, the one part of the AI providers that HTTP reaches (contract 2.7, AIP-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Blocked

from .api_models import Camel
from .fields import Name

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

CLARIFY = "/api/ai-provider/clarify"


class _Refused(Camel):
    error: Name


async def refuses_an_empty_question(hq: Hq) -> None:
    """A question without its fields is refused. Raises Violation; Blocked when no session works at all."""
    reply = await hq.api.post(CLARIFY, json={})
    if reply.status >= 500 and (profile := await hq.api.get("/api/auth/profile")).status >= 500:
        raise Blocked(f"routes that need a session answer {profile.status}", component="auth")
    said = reply.expect(_Refused, status=400).error
    assert said.startswith("Missing required fields:"), f"an empty question is refused with {said!r}"
