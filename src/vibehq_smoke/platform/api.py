"""Requests to one component: credential, CSRF pair and evidence handled, one answer at a time."""

from __future__ import annotations

import asyncio
import json as json_module
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, Unpack
from urllib.parse import quote, urlencode
from uuid import UUID

from ..errors import SmokeError
from .blame import Blame
from .identity import Identity
from .recorder import Recorder
from .reply import Reply
from .silence import Silence
from .wire import Origin, Request, Sender, Transit, WireFailure

if TYPE_CHECKING:
    from .csrf import Csrf

Params: TypeAlias = Mapping[str, str | int | float | bool]
GivenHeaders: TypeAlias = Mapping[str, str | None]
"""Headers of one request; None leaves out a header that would be sent by itself."""

_WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_IN_PATH = "/:@!$&'()*+,;=-._~%"
_AGENT = "vibehq-smoke"


class Options(TypedDict, total=False):
    """What a request may say beyond its path."""

    json: Any
    """Sent as JSON. None means no body."""
    content: bytes | str | None
    """Sent as it stands, in place of ``json``, so that malformed bodies can be tried."""
    headers: GivenHeaders | None
    """Added to, or in place of, the headers that are sent anyway; None as a value leaves one out."""
    params: Params | None
    """Query parameters."""
    deadline: float | None
    """Seconds for connecting and answering; None takes the run's."""
    csrf: bool | None
    """Whether the CSRF pair goes along. None: on writes under ``/api/``, where this client sends it at all (R7)."""


@dataclass(frozen=True)
class Wiring:
    """What all requests of a check share."""

    sender: Sender
    blame: Blame
    deadline_s: float
    prepare: Callable[[], Awaitable[None]] | None = None
    """Awaited before every request; quick, once it has done its work."""
    silence: Silence = field(default_factory=Silence)


class Api:
    """A client of one component. ``name`` is what messages call it. Redirects are never followed (rule R2)."""

    def __init__(
        self,
        wiring: Wiring,
        recorder: Recorder,
        base_url: str,
        *,
        name: str,
        identity: Identity,
        csrf: Csrf | None = None,
        sends_csrf: bool = False,
        hint: str = "",
    ) -> None:
        self.name = name
        self.url = base_url.rstrip("/")
        self._wiring = wiring
        self._recorder = recorder
        self._identity = identity
        self._csrf = csrf
        self._sends_csrf = sends_csrf
        self.hint = hint
        """What to set when the platform answers 401; empty when a credential was sent."""

    @cached_property
    def _origin(self) -> Origin:
        return Origin.of(self.url)

    async def get(self, path: str, **options: Unpack[Options]) -> Reply:
        """GET ``path``, with the options of :meth:`request`."""
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Unpack[Options]) -> Reply:
        """POST to ``path``, with the options of :meth:`request`."""
        return await self.request("POST", path, **options)

    async def put(self, path: str, **options: Unpack[Options]) -> Reply:
        """PUT to ``path``, with the options of :meth:`request`."""
        return await self.request("PUT", path, **options)

    async def patch(self, path: str, **options: Unpack[Options]) -> Reply:
        """PATCH ``path``, with the options of :meth:`request`."""
        return await self.request("PATCH", path, **options)

    async def delete(self, path: str, **options: Unpack[Options]) -> Reply:
        """DELETE ``path``, with the options of :meth:`request`."""
        return await self.request("DELETE", path, **options)

    async def request(self, method: str, path: str, **options: Unpack[Options]) -> Reply:
        """Send one request and return the answer, whatever its status. :class:`Options` says what can be set.

        Raises Unreachable when no answer comes, Violation when it is no whole HTTP answer or too large, RunnerOffline
        when this machine has no network, and Blocked when signing in failed. Every exchange is evidence, answered
        or not.
        """
        method = method.upper()
        request = Request(
            method,
            self._origin,
            _target(path, options.get("params")),
            body=_body(options.get("json"), options.get("content")),
        )
        with self._recorder.waiting(f"{method} {request.target} ({self.name})"):
            if self._wiring.prepare is not None:
                await self._wiring.prepare()
            headers = await self._headers(request, options)
            request = Request(method, request.origin, request.target, headers, request.body)
            transit = await self._send(request, options.get("deadline") or self._wiring.deadline_s)
        return self._reply(request, transit)

    def with_identity(self, identity: Identity) -> Api:
        """The same client with another credential."""
        return Api(
            self._wiring,
            self._recorder,
            self.url,
            name=self.name,
            identity=identity,
            csrf=self._csrf,
            sends_csrf=self._sends_csrf,
            hint=self.hint,
        )

    async def websocket_headers(self) -> dict[str, str]:
        """The headers with which this client opens a WebSocket: its credential, never a CSRF pair (contract 3.2)."""
        credential = await self._identity.credential(self._recorder)
        return {**credential.headers, **_cookie_header(credential.cookies)}

    async def _send(self, request: Request, deadline_s: float) -> Transit:
        recorder, transit = self._recorder, Transit()
        started_s = recorder.now()
        error: str | None = None
        silence = self._wiring.silence
        deadline_s = silence.deadline_s(request.origin, deadline_s)
        try:
            await self._wiring.sender.send(request, transit, deadline_s)
            silence.ended(request.origin, transit, None, deadline_s)
        except WireFailure as failure:
            error = failure.reason
            silence.ended(request.origin, transit, failure, deadline_s)
            raise await self._wiring.blame.verdict(failure, request, self.name) from None
        except asyncio.CancelledError:
            error = "cancelled: deadline"
            raise
        finally:
            recorder.exchange(request, transit, started_s=started_s, error=error)
        return transit

    def _reply(self, request: Request, transit: Transit) -> Reply:
        if transit.status is None:
            raise SmokeError("the transport returned without an answer")
        return Reply(
            status=transit.status,
            headers=transit.headers,
            content=bytes(transit.body),
            elapsed_ms=transit.total_ms,
            url=request.url,
            method=request.method,
            path=request.target,
            recorder=self._recorder,
            hint=self.hint,
        )

    def _wants_csrf(self, request: Request, wish: bool | None) -> bool:
        if wish is not None:
            return wish
        return self._sends_csrf and request.method in _WRITES and request.target.startswith("/api/")

    async def _headers(self, request: Request, options: Options) -> tuple[tuple[str, str], ...]:
        credential = await self._identity.credential(self._recorder)
        cookies = dict(credential.cookies)
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": _AGENT}
        if request.body:
            headers["Content-Type"] = "application/json"
        headers.update(credential.headers)
        if self._csrf is not None and self._wants_csrf(request, options.get("csrf")):
            pair = await self._csrf.pair()
            headers["X-CSRF-Token"] = pair.token
            cookies = {"csrf-token": pair.cookie} | cookies
        headers.update(_cookie_header(cookies))
        return _overruled(headers, options.get("headers") or {})


class Worker(Api):
    """A client of one worker. Sends no credential by itself (rule R8); ``hq.service_headers()`` adds the service's."""

    def __init__(
        self,
        wiring: Wiring,
        recorder: Recorder,
        url: str,
        *,
        name: str,
        type: str,  # noqa: A002 - the configuration's own word
        identity: Identity,
    ) -> None:
        super().__init__(wiring, recorder, url, name=name, identity=identity)
        self.type = type
        """``factory``, ``specialist``, ``application`` ... as configured (contract Q11)."""


def _overruled(headers: Mapping[str, str], given: GivenHeaders) -> tuple[tuple[str, str], ...]:
    if not given:
        return tuple(headers.items())
    names = {name.lower() for name in given}
    kept = [(name, value) for name, value in headers.items() if name.lower() not in names]
    return (*kept, *((name, value) for name, value in given.items() if value is not None))


def _cookie_header(cookies: Mapping[str, str]) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}


def _target(path: str, params: Params | None) -> str:
    if not path.startswith("/"):
        raise ValueError(f"a path starts with a slash, got {path!r}")
    bare, mark, query = path.partition("?")
    extra = urlencode({key: _text(value) for key, value in params.items()}) if params else ""
    query = "&".join(part for part in (quote(query, safe=_IN_PATH + "?"), extra) if part)
    return quote(bare, safe=_IN_PATH) + ("?" if mark or query else "") + query


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _body(json: Any, content: bytes | str | None) -> bytes:
    if content is not None:
        return content.encode() if isinstance(content, str) else content
    return b"" if json is None else json_module.dumps(json, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Worker):
        return value.name
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not go into JSON")
