"""GitHub's REST API, as far as issues need it: serial, paced, and never asking twice for what may have been done."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from ..clock import Clock
from ..tracker import Ambiguous, Limited, LookUpFailed
from . import address
from .answers import TRANSIENT, document
from .errors import LookUpLimited, NotSent, Odd, Unanswered
from .limits import Pace
from .wire import Answer, Wire

PAUSES = (1.0, 2.0, 4.0)
"""Seconds before each further try of what may safely be tried again."""
PAGE = 100
MOST_PAGES = 200
MOST_WAITS = 4


class Client:
    """One repository on one API, as one token. Paths that do not begin with ``/`` are within the repository.

    Every method raises UsageError when the token is not accepted, Refused when GitHub says no, Gone for what is not
    there or has moved, Limited (LookUpLimited when reading) when too much was asked.
    """

    def __init__(
        self,
        repo: str,
        token: str,
        api_url: str = address.PUBLIC,
        *,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
        pause_s: float = 1.0,
        create_pause_s: float = 3.0,
        timeout_s: float = 30.0,
    ) -> None:
        self.repo = address.repository(repo)
        self.root = address.api_root(api_url)
        self._wire = Wire(self.root, address.token(token, repo), transport, timeout_s)
        self._clock = clock
        self._pace = Pace(clock, pause_s, create_pause_s)
        self.carried_out = 0
        """How many writes were carried out, or may have been."""
        # Sockets are closed at the latest when the client is no longer used, whoever forgets it.
        self.close = weakref.finalize(self, self._wire.close)

    def __repr__(self) -> str:
        return f"Client({self.repo!r}, api_url={self.root!r})"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def recall(self, writes: Iterable[datetime]) -> None:
        """Count writes of the last hour that another process sent with the same token."""
        self._pace.recall(writes)

    def get(self, path: str, **params: Any) -> Any:
        """Read a document. Also raises LookUpFailed, when there is no answer or none that can be understood."""
        return self._read(self._url(path), params)[1]

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Read a list, page by page, to its end. Raises as ``get`` does: half a list is never taken for a whole one."""
        url, params = self._url(path), {**params, "per_page": PAGE}
        seen: set[str] = set()
        while url not in seen:
            if len(seen) == MOST_PAGES:
                raise LookUpFailed(f"{path}: is longer than {MOST_PAGES} pages of {PAGE}")
            seen.add(url)
            answer, items = self._read(url, params)
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise LookUpFailed(f"{answer.what}: answered no list of objects")
            yield from items
            following = _next(answer)
            if following is None:
                return
            url, params = self._own(following), {}
        raise LookUpFailed(f"{path}: its pages lead in a circle")

    def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Change something, once, and give what GitHub answers.

        Also raises NotSent when there is no connection, and Ambiguous when it may have been done, or not.
        """
        url = self._url(path)
        try:
            return document(self._persistent(method, url, {}, body))
        except (Unanswered, Odd) as error:
            raise Ambiguous(f"{error}; it may have been done") from None

    def _read(self, url: str, params: dict[str, Any]) -> tuple[Answer, Any]:
        try:
            answer = self._persistent("GET", url, params, None)
            return answer, document(answer)
        except (Unanswered, Odd) as error:
            raise LookUpFailed(str(error)) from None
        except Limited as error:
            raise LookUpLimited(str(error), error.until) from None

    def _persistent(self, method: str, url: str, params: dict[str, Any], body: Any) -> Answer:
        for pause in PAUSES:
            try:
                return self._once(method, url, params, body)
            except NotSent:
                pass
            except Unanswered:
                if method != "GET":
                    raise
            self._clock.sleep(pause)
        return self._once(method, url, params, body)

    def _once(self, method: str, url: str, params: dict[str, Any], body: Any) -> Answer:
        """One answer, after as many waits as the limits demand: a request that they turn away was not carried out."""
        for _ in range(MOST_WAITS):
            self._pace.before(writes=method != "GET")
            answer = self._sent(method, url, params, body)
            if self._pace.heed(answer):
                continue
            if answer.status in TRANSIENT:
                raise Unanswered(f"{answer.what}: {answer.status}")
            return answer
        raise Limited(f"{method}: turned away {MOST_WAITS} times for GitHub's limits", self._pace.free_at)

    def _sent(self, method: str, url: str, params: dict[str, Any], body: Any) -> Answer:
        if method == "GET":
            return self._wire.send(method, url, params, body)
        before, self.carried_out = self.carried_out, self.carried_out + 1
        try:
            answer = self._wire.send(method, url, params, body)
            if answer.status >= 300 and answer.status not in TRANSIENT:
                self.carried_out = before
        except NotSent:
            self.carried_out = before
            raise
        finally:
            self._pace.after_write(created=method == "POST" and url.endswith("/issues"))
        return answer

    def _url(self, path: str) -> str:
        if path.startswith("/"):
            return self.root + path
        return f"{self.root}/repos/{self.repo}" + (f"/{path}" if path else "")

    def _own(self, url: str) -> str:
        try:
            there, here = urlsplit(url), urlsplit(self.root)
            same = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
        except ValueError:
            same = False
        if not same or not there.path.startswith(f"{here.path}/") or there.username is not None:
            raise LookUpFailed(f"the next page is said to be outside {self.root}: it is not asked for")
        return url


def _next(answer: Answer) -> str | None:
    links = httpx.Response(200, headers={"Link": answer.header("link") or ""}).links
    return links.get("next", {}).get("url")
