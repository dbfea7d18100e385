"""The HTTP client that all parts of the lab share for calls to each other and to callbacks."""

import ssl
from dataclasses import dataclass, field

import httpx

LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=4)


@dataclass
class LateTransport(httpx.AsyncBaseTransport):
    """A transport for https, made when it is first used: reading all authorities takes a tenth of a lab's start."""

    _made: list[httpx.AsyncHTTPTransport] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on."""
        if not self._made:
            self._made.append(httpx.AsyncHTTPTransport(limits=LIMITS))
        return await self._made[0].handle_async_request(request)

    async def aclose(self) -> None:
        """Close what was made."""
        for transport in self._made:
            await transport.aclose()


def outgoing_client() -> httpx.AsyncClient:
    """A client that takes nothing from the environment; https works and is verified, but costs at its first use."""
    # This context knows no authority, so it would trust nobody; plain connections do not look at it.
    plain = httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), limits=LIMITS)
    return httpx.AsyncClient(trust_env=False, transport=plain, mounts={"https://": LateTransport()})
