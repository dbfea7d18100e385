"""A worker as a user of the platform's API, with an account of its own: for suites that test from outside."""

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.serving.replies import Json

TIMEOUT = 10.0


@dataclass(frozen=True)
class Account:
    """Credentials made up for one worker of this lab alone."""

    email: str
    password: str = field(default_factory=lambda: f"Suite1-{secrets.token_urlsafe(18)}")

    @classmethod
    def of(cls, worker: str) -> "Account":
        """A new account for `worker`."""
        return cls(f"{worker}-{secrets.token_hex(4)}@vibehq.test")


@dataclass
class Visit:
    """One conversation with the orchestrator. `session` is None until somebody signs in."""

    lab: Lab
    account: Account
    client: httpx.AsyncClient
    session: str | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, path: str, *, signed_in: bool = False) -> httpx.Response:
        """GET `path`. Raises httpx.HTTPError, and ValueError when signing in fails."""
        return await self.client.get(path, headers=await self._credential(signed_in))

    async def post(self, path: str, body: object, *, signed_in: bool = True, csrf: bool = True) -> httpx.Response:
        """POST `body` as JSON, with a fresh CSRF pair unless `csrf` is False; raises as `get`."""
        pair = await self._pair() if csrf else {}
        return await self.client.post(path, json=body, headers=pair | await self._credential(signed_in))

    async def sign_in(self) -> str:
        """The session id of this visit; the account is registered at the first use. Raises ValueError."""
        async with self.lock:
            if self.session is None:
                self.session = await self._new_session()
        return self.session

    async def sign_out(self) -> None:
        """End the session, if there is one. Raises httpx.HTTPError."""
        if self.session is not None:
            await self.post("/api/auth/logout", {})
            self.session = None

    async def _new_session(self) -> str:
        body = {"email": self.account.email, "password": self.account.password}
        reply = await self.client.post("/api/auth/login", json=body, headers=await self._pair())
        if reply.status_code == 401:
            reply = await self.client.post("/api/auth/register", json=body, headers=await self._pair())
        if not reply.is_success:
            raise ValueError(f"signing in answers {reply.status_code}")
        return str(_data(reply)["sessionId"])

    async def _credential(self, signed_in: bool) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self.sign_in()}"} if signed_in else {}

    async def _pair(self) -> dict[str, str]:
        reply = await self.client.get("/api/auth/csrf-token")
        cookie = reply.headers.get("set-cookie", "").partition(";")[0]
        return {"Cookie": cookie, "X-CSRF-Token": str(_data(reply).get("token", ""))}


@asynccontextmanager
async def visit(lab: Lab, account: Account) -> AsyncIterator[Visit]:
    """A visit that signs out at the end. Its cookies are its own, so it does not use the lab's shared client."""
    unused = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # an empty one: loading certificates would stop the loop
    async with httpx.AsyncClient(base_url=lab.base_url, trust_env=False, timeout=TIMEOUT, verify=unused) as client:
        guest = Visit(lab, account, client)
        try:
            yield guest
        finally:
            try:
                await guest.sign_out()
            except (httpx.HTTPError, ValueError) as error:
                lab.log.write("suites", "warn", "sign-out failed", error=f"{type(error).__name__}: {error}")


def _data(reply: httpx.Response) -> Json:
    """``data`` of an E2 answer. Raises ValueError when it has none."""
    content = reply.json()
    if not isinstance(content, dict) or not isinstance(content.get("data"), dict):
        raise ValueError(f"status {reply.status_code} without data")  # noqa: TRY004 - the answer is wrong, not a type
    found: Json = content["data"]
    return found
