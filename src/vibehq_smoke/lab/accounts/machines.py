"""Machines among the callers: who may write without a user's session and its CSRF pair (contract 3.2, 3.3, D-18)."""

import hmac
import re

from starlette.requests import HTTPConnection

# Routes that services and scripts write to; the credential between services is enough there.
SERVICE_PATHS = re.compile(r"/api/(?:patches/events|specialists/(?:log|trigger)|health/tests/[^/]+)")
# Routes that check their callers themselves: by signature, by DSN.
SELF_CHECKED = ("/api/integrations/github/webhook", "/api/sentry/tunnel")


def is_service(connection: HTTPConnection, token: str) -> bool:
    """Whether this is a POST to one of the machines' routes with the credential between services."""
    scope = connection.scope
    if scope["type"] != "http" or scope["method"] != "POST" or not SERVICE_PATHS.fullmatch(scope["path"]):
        return False
    kind, _, presented = connection.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(
        presented.strip().encode("utf-8", "surrogateescape"), token.encode()
    )


def needs_no_pair(connection: HTTPConnection, token: str) -> bool:
    """Whether the caller is a machine, which has no page that could be tricked, so needs no CSRF pair."""
    return connection.scope["path"] in SELF_CHECKED or is_service(connection, token)
