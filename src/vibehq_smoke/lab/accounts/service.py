"""The credential between services (contract 3.3): ``Authorization: Bearer <service token>``."""

import hmac

from starlette.requests import Request

from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.serving.replies import Refusal, e1


def require_service(request: Request, token: str, faults: Faults) -> None:
    """Raises Refusal 401 without a credential, 403 with a wrong one."""
    if faults.on("service-auth-off"):
        return
    header = request.headers.get("authorization", "")
    if not header.lower().startswith("bearer ") or not header[7:].strip():
        raise Refusal(401, e1("Service authentication required"), {"WWW-Authenticate": "Bearer"})
    presented = header[7:].strip()
    if not hmac.compare_digest(presented.encode("utf-8", "surrogateescape"), token.encode()):
        if faults.on("service-auth-any-token"):
            return
        raise Refusal(403, e1("Service authentication failed"))
