"""The AI gateway: its stand-in on a port of its own, and the client that calls it over HTTP (AIP-03, INF-11)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.providers.catalogue import PROVIDERS, Provider
from vibehq_smoke.lab.providers.model import ProviderError, completion
from vibehq_smoke.lab.serving.replies import Refusal, e4
from vibehq_smoke.lab.serving.requests import Body, read_model

PROBE_TIMEOUT = 5.0


class Message(Body):
    """One turn of a conversation with a model."""

    role: str
    content: str


class CompletionOrder(Body):
    """Body of a completion, as OpenAI's interface has it."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    max_tokens: Annotated[int, Field(ge=1)] = 1024


@dataclass(frozen=True)
class GatewayServer:
    """The stand-in: ``/<vendor>/health`` and ``/<vendor>/chat/completions`` for the vendors that have a key."""

    vault: Mapping[str, str]
    faults: Faults

    def routes(self) -> list[BaseRoute]:
        """All routes of the gateway's port."""
        return [
            Route("/{vendor}/health", self.health),
            Route("/{vendor}/chat/completions", self.complete, methods=["POST"]),
        ]

    async def health(self, request: Request) -> Response:
        """Whether a vendor can be asked with the key that was sent."""
        return JSONResponse({"ok": True, "model": self._vendor(request).model})

    async def complete(self, request: Request) -> Response:
        """The stand-in's answer to the last message."""
        provider = self._vendor(request)
        order = await read_model(request, CompletionOrder, e4)
        if self.faults.on("ai-over-quota"):
            raise Refusal(429, e4(f"Quota exceeded for provider {provider.id}"), {"Retry-After": "60"})
        text = completion(order.messages[-1].content, order.max_tokens)
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return JSONResponse({"object": "chat.completion", "model": provider.model, "choices": [choice]})

    def _vendor(self, request: Request) -> Provider:
        if self.faults.on("ai-gateway-down"):
            raise Refusal(503, e4("AI gateway unavailable"))
        vendor = request.path_params["vendor"]
        provider = next((known for known in PROVIDERS if known.vendor == vendor), None)
        expected = self.vault.get(provider.key_name or "") if provider else None
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        if provider is None or expected is None:
            raise Refusal(404, e4("Unknown vendor"))
        if not hmac.compare_digest(sent.encode(), expected.encode()):
            raise Refusal(401, e4("Invalid API key"))
        return provider


@dataclass(frozen=True)
class GatewayClient:
    """Calls to the gateway at `url` with the keys of the vault."""

    url: str
    vault: Mapping[str, str]
    client: httpx.AsyncClient

    def configured(self, provider: Provider) -> bool:
        """Whether address and key are there (contract 8.1)."""
        return bool(self.url) and (provider.key_name or "") in self.vault

    async def problem(self, provider: Provider) -> str | None:
        """Why a configured provider cannot be used now, or None."""
        try:
            reply = await self.client.get(
                f"{self.url}/{provider.vendor}/health", headers=self._headers(provider), timeout=PROBE_TIMEOUT
            )
        except httpx.HTTPError as error:
            return f"the AI gateway does not answer: {type(error).__name__}"
        return None if reply.is_success else f"the AI gateway answered {reply.status_code}"

    async def answer(self, provider: Provider, prompt: str, max_tokens: int, seconds: float) -> str:
        """The model's words, within `seconds`. Raises ProviderError."""
        order = {
            "model": provider.model, "messages": [{"role": "user", "content": prompt}], "max_tokens": max_tokens,
        }  # fmt: skip
        try:
            reply = await self.client.post(
                f"{self.url}/{provider.vendor}/chat/completions", json=order, headers=self._headers(provider),
                timeout=seconds,
            )  # fmt: skip
            body: Any = reply.json()
            if not reply.is_success:
                raise ProviderError(f"{provider.name}: {body.get('error', reply.status_code)}")
            return str(body["choices"][0]["message"]["content"])
        except (httpx.HTTPError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise ProviderError(f"{provider.name} cannot be reached: {type(error).__name__}") from error

    def _headers(self, provider: Provider) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.vault.get(provider.key_name or '', '')}"}
