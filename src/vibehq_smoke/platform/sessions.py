"""Signing in: once per run, and again where a check asks for a session of its own (contract 3.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import Blocked, RunnerOffline, SmokeError, Violation
from .csrf import Csrf, cookie_in
from .identity import Credential, Known
from .once import Once

if TYPE_CHECKING:
    from ..config import Target
    from .api import Api
    from .recorder import Recorder
    from .reply import Reply
    from .secrets import Secrets

_SIGN_IN_S = 20.0
_PROFILE = "/api/auth/profile"


@dataclass(frozen=True)
class _Refused:
    """Why there is no session."""

    reason: str
    offline: bool = False


class Sessions:
    """The session of the run. ``api`` asks without a credential, with the CSRF pair; ``recorder`` is its own."""

    def __init__(self, target: Target, api: Api, recorder: Recorder, csrf: Csrf, secrets: Secrets) -> None:
        self._auth = target.auth
        self._target_name = target.name
        self._api = api
        self._recorder = recorder
        self._csrf = csrf
        self._secrets = secrets
        self._shared = Once(self._open)

    async def credential(self, recorder: Recorder) -> Credential:
        """The credential that all checks share. Raises Blocked on ``auth``, with the sign-in as evidence."""
        if self._auth.kind == "none":
            return Credential()
        with recorder.waiting("the sign-in"):
            outcome = await self._shared.get()
        if isinstance(outcome, Credential):
            return outcome
        for seen in self._recorder.evidence:
            if seen not in recorder.evidence:
                recorder.evidence.append(seen)
        if outcome.offline:
            raise RunnerOffline(outcome.reason)
        raise Blocked(f"no session: {outcome.reason}", component="auth")

    async def fresh(self, api: Api, recorder: Recorder) -> Known | None:
        """A new session of its own, asked for by ``api``; None for kinds that cannot sign in. Raises Blocked."""
        if self._auth.kind != "login":
            return None
        await self._secrets.prepare()
        try:
            with recorder.waiting("the sign-in"):
                outcome = await self._login(api)
        except Violation as error:
            outcome = _Refused(str(error))
        if isinstance(outcome, _Refused):
            raise Blocked(f"no session: {outcome.reason}", component="auth")
        return Known(outcome)

    async def close(self) -> None:
        """Stop signing in."""
        await self._shared.cancel()

    async def _open(self) -> Credential | _Refused:
        try:
            async with asyncio.timeout(_SIGN_IN_S):
                await self._secrets.prepare()
                return await self._login(self._api) if self._auth.kind == "login" else await self._configured()
        except TimeoutError:
            return _Refused(f"signing in took longer than {_SIGN_IN_S:g} s")
        except RunnerOffline as error:
            return _Refused(str(error), offline=True)
        except SmokeError as error:
            return _Refused(str(error))

    async def _configured(self) -> Credential | _Refused:
        """A credential from the configuration. It is refused only if the platform says so; a crash proves nothing."""
        auth = self._auth
        secret = auth.token if auth.kind == "bearer" else auth.cookie_value
        if secret is None:
            key = "token_env" if auth.kind == "bearer" else "value_env"
            return _Refused(f"set {key} in [targets.{self._target_name}.auth]")
        value = secret.get_secret_value()
        held = Credential.bearer(value) if auth.kind == "bearer" else Credential(cookies={auth.cookie_name: value})
        reply = await self._profile(self._api, held)
        if reply.status in (401, 403):
            return _Refused(f"the configured credential is not accepted: GET {_PROFILE} answered {reply.status}")
        return held

    async def _login(self, api: Api) -> Credential | _Refused:
        account = self._secrets.account()
        if isinstance(account, str):
            return _Refused(account)
        reply = await api.post("/api/auth/login", json={"email": account.email, "password": account.password})
        self._learn(reply)
        self._csrf.rotate(reply.headers)
        body = reply.expect(status=(200, 201))
        tried = 0
        for candidate in _candidates(body, reply):
            tried += 1
            answer = await self._profile(api, candidate)
            if answer.status == 200 and answer.media_type == "application/json" and isinstance(_parsed(answer), dict):
                return candidate
        if not tried:
            return _Refused("POST /api/auth/login answered without data.sessionId and without an accessToken cookie")
        return _Refused(f"signed in, but GET {_PROFILE} accepts none of {tried} forms of the session")

    def _learn(self, reply: Reply) -> None:
        """Make the new secrets known to the redactor before anything else is shown."""
        redactor = self._recorder.redactor
        for secret in (_session_id(_parsed(reply)), cookie_in(reply.headers, "accessToken")):
            if secret:
                redactor.add(secret, "SESSION")

    async def _profile(self, api: Api, credential: Credential) -> Reply:
        cookies = "; ".join(f"{name}={value}" for name, value in credential.cookies.items())
        return await api.get(_PROFILE, headers={**credential.headers, **({"Cookie": cookies} if cookies else {})})


def _candidates(body: Any, reply: Reply) -> Iterator[Credential]:
    """The forms in which the session may be sent, in the order of contract 3.1."""
    session = _session_id(body)
    if session:
        yield Credential.bearer(session)
        yield Credential(cookies={"session": session})
    access_token = cookie_in(reply.headers, "accessToken")
    if access_token:
        yield Credential(cookies={"accessToken": access_token})


def _session_id(body: Any) -> str | None:
    data = body.get("data") if isinstance(body, dict) else None
    session = data.get("sessionId") if isinstance(data, dict) else None
    return session if isinstance(session, str) and session else None


def _parsed(reply: Reply) -> Any:
    try:
        return reply.json()
    except SmokeError:
        return None
