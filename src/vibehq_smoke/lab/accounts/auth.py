"""``/api/auth/*`` and the session gate in front of everything else under ``/api/`` (contract 3.1)."""

import re
from dataclasses import dataclass

from pydantic import Field
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from vibehq_smoke.lab.accounts import csrf
from vibehq_smoke.lab.accounts.cookies import set_cookie
from vibehq_smoke.lab.accounts.machines import is_service
from vibehq_smoke.lab.accounts.users import Accounts, Session, public_user
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.openapi.describe import accepts
from vibehq_smoke.lab.serving.replies import Refusal, data, e2
from vibehq_smoke.lab.serving.requests import Body, read_model
from vibehq_smoke.lab.storage.databases import DatabaseDownError, Row

TOKEN_SECONDS = 259_200
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
PASSWORD_CLASSES = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))


class Credentials(Body):
    """Body of login."""

    email: str = Field(max_length=255)
    password: str = Field(max_length=200)


class Registration(Credentials):
    """Body of register."""

    name: str | None = Field(default=None, max_length=100)


def session_id(connection: HTTPConnection) -> str | None:
    """What the client presents: a bearer session id first, else the cookie ``session``."""
    header = connection.headers.get("authorization", "")
    if header.lower().startswith("bearer "):
        return header[7:].strip()
    return connection.cookies.get("session")


def find_session(accounts: Accounts, connection: HTTPConnection) -> Row:
    """The user behind a request. Raises Refusal 401, or 500 when sessions cannot be looked up."""
    presented = session_id(connection)
    if not presented:
        raise Refusal(401, {"error": "Authentication required", "message": "No session found"})
    try:
        user = accounts.lookup(presented)
    except DatabaseDownError as down:
        raise Refusal(500, {"error": "Authentication error"}) from down
    if user is None:
        raise Refusal(401, {"error": "Authentication required", "message": "Invalid or expired session"})
    return user


@dataclass(frozen=True)
class SessionGate:
    """ASGI wrapper of one route: only requests with a live session pass; the user is in ``request.state.user``.

    On the machines' routes the credential between services does as well; then there is no user.
    """

    app: ASGIApp
    accounts: Accounts
    faults: Faults
    service_token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request or socket on, or answer 401."""
        try:
            self._admit(scope)
        except Refusal as refusal:
            if scope["type"] == "websocket":
                await WebSocket(scope, receive, send).send_denial_response(refusal.response())
            else:
                await refusal.response()(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        if self.faults.on("auth-500"):
            raise Refusal(500, {"error": "Authentication error"})
        connection = HTTPConnection(scope)
        if not self.faults.on("D-10") and not is_service(connection, self.service_token):
            scope.setdefault("state", {})["user"] = find_session(self.accounts, connection)


@dataclass(frozen=True)
class AuthApi:
    """The account routes. `public` need no session, `private` do."""

    accounts: Accounts

    def public(self) -> list[BaseRoute]:
        """Routes open to everybody."""
        return [
            Route("/api/auth/csrf-token", self.csrf_token),
            Route("/api/auth/providers", self.providers),
            Route("/api/auth/check", self.check),
            Route("/api/auth/login", self.login, methods=["POST"]),
            Route("/api/auth/register", self.register, methods=["POST"]),
            Route("/api/auth/logout", self.logout, methods=["POST"]),
        ]

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("GET", "/api/auth/profile", self.profile),
            ("GET", "/api/auth/sessions", self.sessions),
            ("DELETE", "/api/auth/sessions/{key}", self.end_session),
        ]

    async def csrf_token(self, _request: Request) -> Response:
        """A fresh CSRF pair (contract 3.2)."""
        return _with_csrf({"headerName": csrf.HEADER, "expiresIn": csrf.TTL_SECONDS}, "token")

    async def providers(self, _request: Request) -> Response:
        """Ways to sign in, and a CSRF pair."""
        ways = {"providers": {"google": False, "github": False, "email": True}, "hasOAuth": False}
        return _with_csrf(ways | {"requiresEmailAuth": True, "csrfExpiresIn": csrf.TTL_SECONDS}, "csrfToken")

    async def check(self, request: Request) -> Response:
        """Who is asking, if anybody: ``{authenticated, user|null}``."""
        presented = session_id(request)
        user = self.accounts.lookup(presented) if presented else None
        return JSONResponse(data({"authenticated": user is not None, "user": public_user(user) if user else None}))

    @accepts(Credentials)
    async def login(self, request: Request) -> Response:
        """Open a session for address and password."""
        body = await read_model(request, Credentials, e2)
        user = self.accounts.verify(body.email, body.password)
        if user is None:
            raise Refusal(401, e2("Invalid email or password"))
        return self._signed_in(request, user, 200, "Login successful")

    @accepts(Registration)
    async def register(self, request: Request) -> Response:
        """Add a user and open a session."""
        body = await read_model(request, Registration, e2)
        if not EMAIL.fullmatch(body.email):
            raise Refusal(400, e2("Invalid email address"))
        if len(body.password) < 8 or not all(kind.search(body.password) for kind in PASSWORD_CLASSES):
            raise Refusal(400, e2("Password too weak", "8 characters with upper case, lower case and digit"))
        if self.accounts.find(body.email) is not None:
            raise Refusal(409, e2("Email already registered"))
        user = self.accounts.create(body.email, body.password, body.name)
        return self._signed_in(request, user, 201, "Registration successful")

    async def logout(self, request: Request) -> Response:
        """End the session that is presented; harmless without one."""
        presented = session_id(request) or request.cookies.get("sessionId")
        user = self.accounts.lookup(presented) if presented else None
        if user is not None:
            self.accounts.close_session(user["id"], user["session_key"])
        response = JSONResponse(data(None, "Logged out"))
        set_cookie(response, "accessToken", "", 0, "Lax")
        set_cookie(response, csrf.COOKIE, "", 0, "Strict")
        return response

    async def profile(self, request: Request) -> Response:
        """The signed-in user."""
        return JSONResponse(data(public_user(self._user(request))))

    async def sessions(self, request: Request) -> Response:
        """The user's sessions, by key; a key is no credential."""
        user = self._user(request)
        listed = [row | {"isCurrent": row["id"] == user["session_key"]} for row in self.accounts.sessions(user["id"])]
        return JSONResponse(data({"sessions": listed}))

    async def end_session(self, request: Request) -> Response:
        """End one of the user's sessions."""
        if not self.accounts.close_session(self._user(request)["id"], request.path_params["key"]):
            raise Refusal(404, e2("Session not found"))
        return JSONResponse(data(None, "Session ended"))

    def _signed_in(self, request: Request, user: Row, status: int, message: str) -> Response:
        session: Session = self.accounts.open_session(user["id"], request.headers.get("user-agent", ""))
        content = {"user": public_user(user), "sessionId": session.id, "expiresAt": session.expires_at}
        response = JSONResponse(data(content, message), status)
        set_cookie(response, "accessToken", self.accounts.access_token(user), TOKEN_SECONDS, "Lax")
        csrf.issue(response)
        return response

    def _user(self, request: Request) -> Row:
        # With enforcement switched off (D-10) nobody has looked the session up yet.
        known: Row | None = getattr(request.state, "user", None)
        return known if known is not None else find_session(self.accounts, request)


def _with_csrf(content: dict[str, object], key: str) -> Response:
    carrier = Response()
    token = csrf.issue(carrier)
    response = JSONResponse(data(content | {key: token}))
    response.headers["set-cookie"] = carrier.headers["set-cookie"]
    return response
