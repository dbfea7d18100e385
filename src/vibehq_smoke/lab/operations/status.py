"""``GET /api/status``: the public preflight, with what the platform's settings say (contract R4, 1.3 ``kv-config``)."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.serving.replies import data
from vibehq_smoke.lab.storage.kv import CONFIG_KEY, CONFIG_NAMESPACE, KeyValues


@dataclass(frozen=True)
class StatusApi:
    """The public status. It reads settings and no database, so it answers while any of them is down."""

    kv: KeyValues

    def routes(self) -> list[BaseRoute]:
        """The public status route."""
        return [Route("/api/status", self.status)]

    async def status(self, _request: Request) -> Response:
        """Message of the day and change log, as the setting ``platform_configs`` has them; empty without."""
        settings = self.kv.get(CONFIG_NAMESPACE, CONFIG_KEY)
        known = settings if isinstance(settings, dict) else {}
        message, changes = (known.get(name) for name in ("globalUserMessage", "changeLogs"))
        message = message if isinstance(message, str) else ""
        view = {
            "globalUserMessage": message,
            "changeLogs": changes if isinstance(changes, str) else "",
            "hasActiveMessage": bool(message),
        }
        return JSONResponse(data(view))
