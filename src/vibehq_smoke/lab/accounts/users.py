"""Users and their sessions in DB_OPS (contract 3.1): passwords, session ids, limits."""

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.storage.databases import Database, Row

SESSION_TTL = timedelta(days=3)
SESSIONS_PER_USER = 5


@dataclass(frozen=True)
class Session:
    """A session just opened: the id that the client keeps, and when it ends (ISO-8601)."""

    id: str
    expires_at: str


@dataclass(frozen=True)
class Accounts:
    """Users and sessions. All methods raise DatabaseDownError when DB_OPS is down."""

    ops: Database
    jwt_key: bytes

    def find(self, email: str) -> Row | None:
        """The user with this address, or None."""
        return self.ops.row("SELECT * FROM users WHERE email = ?", (email.lower(),))

    def create(self, email: str, password: str, name: str | None) -> Row:
        """Add a user whose address must be free."""
        row = {"id": str(uuid.uuid4()), "email": email.lower(), "name": name, "password_hash": _hash(password)}
        self.ops.insert("users", row)
        return row

    def replace(self, email: str, password: str, name: str) -> None:
        """Make sure that this user exists with exactly this password."""
        if self.find(email) is None:
            self.create(email, password, name)
        else:
            self.ops.run("UPDATE users SET password_hash = ? WHERE email = ?", (_hash(password), email.lower()))

    def verify(self, email: str, password: str) -> Row | None:
        """The user, if the password is right. Takes as long for an unknown address as for a wrong password."""
        user = self.find(email)
        stored = user["password_hash"] if user else _hash("nobody has this password")
        return user if _matches(password, stored) and user else None

    def open_session(self, user_id: str, user_agent: str) -> Session:
        """A new session; the user's oldest ones beyond five are dropped."""
        session = Session(secrets.token_urlsafe(32), now_iso(SESSION_TTL))
        with self.ops.transaction():
            self.ops.run(
                "INSERT INTO sessions (id, user_id, created_at, expires_at, user_agent, sequence)"
                " VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(sequence), 0) + 1 FROM sessions))",
                (_digest(session.id), user_id, now_iso(), session.expires_at, user_agent[:200]),
            )
            self.ops.run(
                "DELETE FROM sessions WHERE user_id = ?1 AND id NOT IN"
                " (SELECT id FROM sessions WHERE user_id = ?1 ORDER BY sequence DESC LIMIT ?2)",
                (user_id, SESSIONS_PER_USER),
            )
        return session

    def lookup(self, session_id: str) -> Row | None:
        """User and session (`id, email, name, session_key`) of a live session id, or None."""
        return self.ops.row(
            "SELECT users.id, users.email, users.name, sessions.id AS session_key FROM sessions"
            " JOIN users ON users.id = sessions.user_id WHERE sessions.id = ? AND sessions.expires_at > ?",
            (_digest(session_id), now_iso()),
        )

    def sessions(self, user_id: str) -> list[Row]:
        """The user's live sessions, newest first."""
        return self.ops.rows(
            "SELECT id, created_at AS createdAt, expires_at AS expiresAt, user_agent AS userAgent FROM sessions"
            " WHERE user_id = ? AND expires_at > ? ORDER BY sequence DESC",
            (user_id, now_iso()),
        )

    def close_session(self, user_id: str, session_key: str) -> bool:
        """End one session, named by its key; False when the user has no such session."""
        cursor = self.ops.run("DELETE FROM sessions WHERE user_id = ? AND id = ?", (user_id, session_key))
        return cursor.rowcount > 0

    def access_token(self, user: Row) -> str:
        """The JWT (HS256) that login sets as cookie. The middleware does not read it (contract 3.1)."""
        claims = {"sub": user["id"], "email": user["email"], "exp": int(time.time() + SESSION_TTL.total_seconds())}
        head = _base64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        body = _base64(json.dumps(claims).encode())
        signature = hmac.new(self.jwt_key, f"{head}.{body}".encode(), hashlib.sha256).digest()
        return f"{head}.{body}.{_base64(signature)}"


def public_user(user: Row) -> Row:
    """What the API says about a user."""
    return {"id": user["id"], "email": user["email"], "name": user["name"]}


def _digest(session_id: str) -> str:
    return hashlib.sha256(session_id.encode("utf-8", "surrogateescape")).hexdigest()


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _scrypt(password: str, salt: bytes) -> bytes:
    # Cheap parameters: made-up passwords of a scratch platform, and logins should not slow a run down.
    return hashlib.scrypt(password.encode(), salt=salt, n=2**11, r=8, p=1)


def _hash(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def _matches(password: str, stored: str) -> bool:
    salt, expected = stored.split("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), bytes.fromhex(expected))
