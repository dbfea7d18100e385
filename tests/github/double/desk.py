"""The way of a request through the double: who asks, is it too much, which operation is it, is all as described."""

from __future__ import annotations

import hashlib
import traceback
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from . import limits as rates
from .call import Call
from .described import VERSIONS
from .faults import UNICORN, Fault
from .messages import Answer, Problem, Request
from .repository import Repository
from .routes import Route, find
from .shapes import Shapes
from .state import ANONYMOUS, Account

if TYPE_CHECKING:
    from .core import Double

ANONYMOUS_HOURLY = 60


class Unanswered(Exception):  # noqa: N818  # not an error of the double, but its behaviour
    """The client gets nothing: ``drop`` closes the connection, ``hang`` keeps it open."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Desk:
    """Where requests to a double are answered."""

    def __init__(self, double: Double) -> None:
        self.double = double
        self.meters: dict[str | None, rates.Meter] = {}

    def answer(self, request: Request) -> Answer:
        """What the double has to say."""
        try:
            return self._unless_known(request, self._answer(request))
        except Exception:  # a fault of the double's own must not pass for GitHub's
            self.double.judge.violates(f"{request}: the double broke:\n{traceback.format_exc()}")
            return _broken(self.double.violations[-1])

    def _answer(self, request: Request) -> Answer:
        if _version(request) not in VERSIONS:
            return Problem(400, f"{_version(request)} is not a supported version of the REST API.").answer
        found = find(request, self._path(request))
        if found is None:
            self.double.judge.violates(f"{request}: the double does not serve this")
            return Problem(404, "Not Found").answer
        return self._judged(request, *found)

    def disturbed(self, fault: Fault, request: Request) -> Answer:
        """What the client is told instead, once something went wrong. Raises Unanswered."""
        if fault.kind != "status":
            raise Unanswered(fault.kind)
        if fault.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Answer(fault.status, raw=UNICORN)
        if fault.limits_for is not None:
            self.meter(request).punish(self.double.clock.now(), fault.limits_for)
            return rates.secondary(fault.status, fault.limits_for if fault.says_how_long else None).answer
        return Problem(fault.status, HTTPStatus(fault.status).phrase).answer

    def dressed(self, request: Request, answer: Answer) -> Answer:
        """With the headers that are on every answer."""
        now = self.double.clock.now()
        kind = "text/html" if answer.raw is not None else "application/json"
        answer.headers = {
            "date": format_datetime(now, usegmt=True),
            "server": "github.com",
            "x-github-request-id": f"D0B1:{request.number:06X}",
            "x-github-api-version-selected": _version(request),
            "x-github-media-type": "github.v3; format=json",
            **({"content-type": f"{kind}; charset=utf-8"} if answer.body else {}),
            **({"x-github-enterprise-version": "enterprise-server@3.20.0"} if request.enterprise else {}),
            **rates.headers(self.meter(request).current(now)),
            **answer.headers,
        }
        return answer

    def meter(self, request: Request) -> rates.Meter:
        """What the token of this request has used up."""
        limits = self.double.limits
        account = self.double.accounts.get(request.token or "", ANONYMOUS)
        hourly = limits.primary_actions if account.kind == "actions" else limits.primary
        hourly = hourly if request.token else min(hourly, ANONYMOUS_HOURLY)
        meter = self.meters.setdefault(request.token, rates.Meter(limits, hourly))
        meter.limits, meter.hourly = limits, hourly
        return meter

    def _judged(self, request: Request, route: Route, names: dict[str, str]) -> Answer:
        version, judge = _version(request), self.double.judge
        try:
            call = self._let_in(request, route, names)
            if self.double.validate and not judge.request(route.operation, version, request):
                return _broken(judge.violations[-1])
            answer = route.handler(call)
        except Problem as problem:
            answer = problem.answer
        if self.double.validate and not judge.answer(route.operation, version, request, answer):
            return _broken(judge.violations[-1])
        return answer

    def _let_in(self, request: Request, route: Route, names: dict[str, str]) -> Call:
        account = self._account(request)
        if request.path != "/rate_limit":
            self.meter(request).charge(request, self.double.clock.now())
        repo = self._repository(names, account) if "repo" in names else self.double.repository
        if route.is_of_issues and not repo.has_issues:
            raise Problem(410, "Issues are disabled for this repo", docs="/issues/issues")
        shapes = Shapes(request.root, request.root.removesuffix("/api/v3"), _version(request))
        return Call(self.double, request, account, shapes, names, repo)

    def _account(self, request: Request) -> Account:
        if "user-agent" not in request.headers:
            raise Problem(403, "Request forbidden by administrative rules. (User-Agent required)")
        if request.token is None:
            if request.is_write:
                raise Problem(401, "Requires authentication")
            return ANONYMOUS
        if request.token not in self.double.accounts:
            raise Problem(401, "Bad credentials")
        return self.double.accounts[request.token]

    def _path(self, request: Request) -> str:
        """``/repositories/17/issues`` is ``/repos/acme/hq/issues``."""
        parts = request.path.split("/", 3)
        if parts[1] != "repositories":
            return request.path
        known = {str(repo.id): repo.full_name for repo in self.double.repositories.values()}
        return "/".join(["", "repos", known.get(parts[2], "no/where"), *parts[3:]])

    def _repository(self, names: dict[str, str], account: Account) -> Repository:
        repo = self.double.repositories.get(f"{names['owner']}/{names['repo']}".lower())
        if repo is None or not repo.seen_by(account):
            raise Problem(404, "Not Found")
        return repo

    def _unless_known(self, request: Request, answer: Answer) -> Answer:
        """304, which costs nothing, for a client that has this answer already."""
        if request.method != "GET" or answer.status != HTTPStatus.OK:
            return answer
        tag = f'W/"{hashlib.sha256(answer.body).hexdigest()}"'
        answer.headers["etag"] = tag
        if request.headers.get("if-none-match") != tag:
            return answer
        self.meter(request).refund()
        return Answer(304, headers={"etag": tag})


def _version(request: Request) -> str:
    return request.headers.get("x-github-api-version", VERSIONS[0])


def _broken(why: str) -> Answer:
    return Answer(500, {"message": f"Not as GitHub describes it: {why}"})
