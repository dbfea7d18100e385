"""Cookies as the platform sets them."""

from starlette.responses import Response


def set_cookie(response: Response, name: str, value: str, max_age: int, same_site: str) -> None:
    """Add ``Set-Cookie`` with HttpOnly, Secure, Path=/.

    `value` must be cookie-safe, `max_age` is in seconds, `same_site` is ``Lax`` or ``Strict``.
    """
    header = f"{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; Secure; SameSite={same_site}"
    response.headers.append("set-cookie", header)
