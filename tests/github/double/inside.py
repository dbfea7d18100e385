"""The double without a socket: the same requests and answers, thousands a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from .desk import Unanswered

if TYPE_CHECKING:
    from .core import Double


class InsideTransport(httpx.BaseTransport):
    """For an ``httpx.Client``. A request that hangs costs the client's patience on the clock, not in earnest."""

    def __init__(self, double: Double) -> None:
        self.double = double

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the double; what a bad network does comes as httpx's own exceptions."""
        double = self.double
        if double.latency and not double.passes_time(double.latency):
            double.clock.sleep(double.latency)
        headers = {key.lower(): value for key, value in request.headers.items()}
        try:
            answer = double.serve(request.method, request.url.raw_path.decode(), headers, request.read())
        except Unanswered as fault:
            if fault.kind == "drop":
                raise httpx.RemoteProtocolError("Server disconnected", request=request) from None
            double.passes_time(float(request.extensions.get("timeout", {}).get("read") or 0))
            raise httpx.ReadTimeout("The read operation timed out", request=request) from None
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body, request=request)
