"""RPC entrypoints of the orchestrator (contract 1.5), reached by workers and by the operator channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.accounts.service import require_service
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Gate
from vibehq_smoke.lab.entrypoints.registry import entrypoints
from vibehq_smoke.lab.processes import dead
from vibehq_smoke.lab.serving.replies import Refusal, e4
from vibehq_smoke.lab.serving.requests import Body, read_model


class Call(Body):
    """One RPC call: binding, method, positional arguments."""

    binding: str
    method: str
    args: list[Any] = Field(default_factory=list)


@dataclass(frozen=True)
class Rpc:
    """All entrypoints that the lab offers, by binding."""

    lab: Lab
    gates: Mapping[str, Gate]

    @classmethod
    def of(cls, lab: Lab) -> "Rpc":
        """The 18 entrypoints over the lab's databases."""
        return cls(lab, entrypoints(lab))

    def routes(self) -> list[BaseRoute]:
        """The workers' way in: it stands for the service bindings and needs the service credential."""
        return [Route("/__rpc", self.over_http, methods=["POST"])]

    def offered(self) -> dict[str, dict[str, object]]:
        """Binding → the entrypoint's class and its methods; none while the main module exports nothing (D-05)."""
        if self.lab.faults.on("D-05"):
            return {}
        return {name: {"entrypoint": gate.name, "methods": list(gate.methods)} for name, gate in self.gates.items()}

    async def over_http(self, request: Request) -> Response:
        """``{binding, method, args}`` → ``{result}``."""
        require_service(request, self.lab.secrets.service_token, self.lab.faults)
        return JSONResponse({"result": await self.invoke(await read_model(request, Call, e4))})

    async def invoke(self, call: Call) -> object:
        """The result of a call.

        Raises Refusal 404 for an unknown binding or method, 400 for arguments that do not fit, 500 when no entrypoint
        is exported (D-05), 503 when the orchestrator is dead, and DatabaseDownError.
        """
        gate = self.gates.get(call.binding)
        if gate is None:
            raise Refusal(404, e4("Unknown RPC binding", call.binding))
        if dead(self.lab.faults, "orchestrator"):
            raise Refusal(503, e4("The orchestrator is not running"))
        if self.lab.faults.on("D-05"):
            raise Refusal(500, e4("RPC failed", f"vibehq-orchestrator does not export an entrypoint named {gate.name}"))
        return await gate.call(call.method, call.args)
