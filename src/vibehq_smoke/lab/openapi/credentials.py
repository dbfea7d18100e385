"""What a call needs beside its body, as OpenAPI's security requirements (contract 3.1 to 3.3).

A requirement is a tuple of schemes that are needed together; several requirements are alternatives; none at all is
open to everybody.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vibehq_smoke.lab.accounts.csrf import COOKIE, HEADER
from vibehq_smoke.lab.accounts.machines import SELF_CHECKED, SERVICE_PATHS

Security = tuple[tuple[str, ...], ...]

OPEN: Security = ()
SERVICE: Security = (("service",),)
PAIR = ("csrfCookie", "csrfHeader")
SCHEMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "session": {"type": "http", "scheme": "bearer", "description": "The `sessionId` that login answers with."},
        "service": {"type": "http", "scheme": "bearer", "description": "The credential between services."},
        "csrfCookie": {
            "type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Set by /api/auth/csrf-token.",
        },
        "csrfHeader": {
            "type": "apiKey", "in": "header", "name": HEADER, "description": "The token that came with the cookie.",
        },
    }
)  # fmt: skip


def of_public(path: str, method: str) -> Security:
    """Routes open to everybody: writes need the CSRF pair, unless the route checks its callers itself."""
    return OPEN if method == "get" or path in SELF_CHECKED else (PAIR,)


def of_private(path: str, method: str) -> Security:
    """Routes for signed-in users: writes need the pair too; on machines' routes the service credential will do."""
    if method == "get":
        return (("session",),)
    machines = SERVICE if method == "post" and SERVICE_PATHS.fullmatch(path) else ()
    return (("session", *PAIR), *machines)
