"""The double itself: one GitHub, without a socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from vibehq_smoke.issues.clock import Clock

from .clock import VirtualClock
from .desk import Desk
from .faults import Faults
from .inside import InsideTransport
from .judge import Judge
from .limits import Limits
from .messages import Answer, Request
from .people import Hands
from .record import Exchange, most_within
from .repository import Repository
from .state import Account, Permission

TOKEN = "token-of-hq-bot"
ACTIONS_TOKEN = "token-of-a-workflow"
SEARCH_LAG_S = 90.0


class Double:
    """A stateful GitHub. Everything that is public may be changed while it runs."""

    url: str = "http://github.test"
    """The API root: of the socket, while there is one."""

    def __init__(
        self,
        *,
        repository: str = "acme/hq",
        clock: Clock | None = None,
        limits: Limits | None = None,
        validate: bool = True,
        lag: float = 0.0,
        lag_of_reads: bool = False,
        latency: float = 0.0,
    ) -> None:
        self.clock: Clock = clock or VirtualClock()
        self.limits = limits or Limits()
        self.validate = validate
        self.lag = lag
        self.lag_of_reads = lag_of_reads
        self.latency = latency
        self.faults = Faults()
        self.judge = Judge()
        self.log: list[Exchange] = []
        self.accounts = {TOKEN: Account("hq-bot"), ACTIONS_TOKEN: Account("github-actions[bot]", "actions")}
        self.repositories: dict[str, Repository] = {}
        self.repository = self.add_repository(repository)
        self.people = Hands(self.repository)
        self.lock = threading.RLock()
        self._desk = Desk(self)
        self._numbers = 0

    # What a test sets up and looks at.

    @property
    def enterprise_url(self) -> str:
        """The API root as that of a GitHub Enterprise Server."""
        return f"{self.url}/api/v3"

    @property
    def violations(self) -> list[str]:
        """What was not as GitHub's description says, asked or answered."""
        return self.judge.violations

    @property
    def writes(self) -> list[Exchange]:
        """All requests for a change, with their times."""
        return [one for one in self.log if one.is_write]

    @property
    def searches(self) -> int:
        """Calls of the search API."""
        return sum(one.path.startswith("/search/") for one in self.log)

    @property
    def ignored_limits(self) -> int:
        """Requests that were sent while a limit was in force of which the token's holder had been told."""
        return sum(meter.ignored for meter in self._desk.meters.values())

    def most_writes_within(self, seconds: float) -> int:
        """The most writes that fell into any such time."""
        return most_within([one.at for one in self.writes], seconds)

    def add_repository(self, full_name: str, *, private: bool = False) -> Repository:
        """Another one."""
        owner, _, name = full_name.partition("/")
        number = 1_000_001 + len(self.repositories)
        self.repositories[full_name.lower()] = repo = Repository(owner, name, self.clock, number, private=private)
        repo.collaborators |= {account.login for account in self.accounts.values() if account.kind == "personal"}
        return repo

    def hands(self, repo: Repository) -> Hands:
        """People's hands on another repository than the first."""
        return Hands(repo)

    def permit(self, permission: Permission, token: str = TOKEN, *, may_write_issues: bool = True) -> None:
        """From now on the token has this permission."""
        account = self.accounts[token]
        self.accounts[token] = Account(account.login, account.kind, permission, may_write_issues)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        assert self.passes_time(seconds), "the double has a clock that runs by itself"

    def seen_at(self) -> datetime:
        """The moment whose state a list shows."""
        return self.clock.now() - timedelta(seconds=self.lag)

    def indexed_at(self) -> datetime:
        """The moment whose state the search shows."""
        return self.clock.now() - timedelta(seconds=max(self.lag, SEARCH_LAG_S))

    # What a server does.

    def transport(self) -> InsideTransport:
        """A way in without a socket, for an ``httpx.Client``."""
        return InsideTransport(self)

    def left(self, request: Request) -> dict[str, int]:
        """What is left of the primary limit for this request's token."""
        return self._desk.meter(request).current(self.clock.now()).as_json()

    def passes_time(self, seconds: float) -> bool:
        """Advance the clock, if it is one that can be advanced."""
        if isinstance(self.clock, VirtualClock):
            self.clock.advance(seconds)
            return True
        return False

    def serve(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer one request. Raises Unanswered."""
        with self.lock:
            self._numbers += 1
            request = Request(self._numbers, method, target, headers, body, self.clock.now())
            with self._logged(request) as told:
                fault = self.faults.of(request)
                if fault is None or fault.after:
                    answer = self._desk.answer(request)
                    told["effect"] = answer.status
                if fault is not None:
                    answer = self._desk.disturbed(fault, request)
                told["status"] = answer.status
            return self._desk.dressed(request, answer)

    @contextmanager
    def _logged(self, request: Request) -> Iterator[dict[str, int]]:
        told: dict[str, int] = {}
        try:
            yield told
        finally:
            sent = (request.number, request.at, request.method, request.path, request.token, request.is_write)
            self.log.append(Exchange(*sent, status=told.get("status"), effect=told.get("effect")))
