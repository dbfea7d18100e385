"""What surrounds every answer of a component: its clock, the price of slow databases, faults of its process."""

import asyncio
from dataclasses import dataclass, field

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from vibehq_smoke.lab.clock import Clock
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.pages.site import INDEX
from vibehq_smoke.lab.serving import damage
from vibehq_smoke.lab.serving.front import answer
from vibehq_smoke.lab.serving.holding import Holding
from vibehq_smoke.lab.serving.replies import e1
from vibehq_smoke.lab.serving.rewriting import Answer, Rewriter
from vibehq_smoke.lab.storage.debt import Debt

ORCHESTRATOR_SLOW = 1.5
WORKER_SLOW = 2.5
FLAPS_EVERY = 3
# Last step of the paths whose answers a stale process keeps repeating.
STALE_PATHS = ("status", "quick", "health")


@dataclass
class SinceTurn:
    """What a fault remembers from the moment it was last turned on: requests counted, answers to repeat by path."""

    turn: int = 0
    count: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)

    def at(self, turn: int) -> "SinceTurn":
        """This memory, empty when the switch was turned on anew."""
        if turn != self.turn:
            self.turn, self.count = turn, 0
            self.answers.clear()
        return self


@dataclass(frozen=True)
class OnClock:
    """ASGI wrapper: the clock and the price of slow databases, and no fault of a process."""

    app: ASGIApp
    clock: Clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        self.clock.wear()
        await self.app(scope, receive, send if self.clock.faults.none else Debt().begin().paying(send))


@dataclass(frozen=True)
class Component:
    """ASGI wrapper around all that one component answers. `slow` is what its ``-slow`` fault adds, in seconds."""

    app: ASGIApp
    clock: Clock
    slow: float = WORKER_SLOW
    flaps: SinceTurn = field(default_factory=SinceTurn)
    stale: SinceTurn = field(default_factory=SinceTurn)

    @property
    def faults(self) -> Faults:
        """The switches of the lab."""
        return self.clock.faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as well as the process is able to."""
        self.clock.wear()
        if self.faults.none:
            await self.app(scope, receive, send)
            return
        if self._on("hang"):
            holding = Holding(receive)
            if not await holding.hold(self.faults, self._fault("hang")):
                return
            receive = holding.replay
        if self._on("slow"):
            await asyncio.sleep(self.slow)
        wrong = self._instead(scope)
        if wrong is not None:
            await answer(scope, receive, send, wrong)
        else:
            await self.app(scope, receive, self._altered(scope, Debt().begin().paying(send)))

    @property
    def _is_worker(self) -> bool:
        return self.clock.component != "orchestrator"

    def _fault(self, kind: str) -> str:
        return f"{self.clock.component}-{kind}"

    def _on(self, kind: str) -> bool:
        return self.faults.on(self._fault(kind))

    def _instead(self, scope: Scope) -> Response | None:
        if self._on("500"):
            return PlainTextResponse("Internal Server Error", 500)
        if self._on("flapping") and self._flaps_now():
            return JSONResponse(e1("Internal server error"), 500)
        if self._on("html"):
            return HTMLResponse(INDEX)
        if self.faults.on("D-08") and self._is_worker and scope["path"].startswith("/health-check/"):
            return PlainTextResponse("404 Not Found", 404)
        return None

    def _flaps_now(self) -> bool:
        counter = self.flaps.at(self.faults.turn(self._fault("flapping")))
        counter.count += 1
        return counter.count % FLAPS_EVERY == 0

    def _stale(self) -> SinceTurn:
        return self.stale.at(self.faults.turn(self._fault("stale")))

    def _altered(self, scope: Scope, send: Send) -> Send:
        if self._on("wrong-content-type"):
            send = Rewriter(send, damage.as_text)
        if self._on("wrong-schema"):
            send = Rewriter(send, damage.with_other_names)
        if self._on("stale") and scope["path"].rpartition("/")[2] in STALE_PATHS:
            # The work behind the answer is done all the same: only what is told of it is old.
            send = Rewriter(send, lambda fresh: self._kept(scope["path"], fresh))
        return send

    def _kept(self, path: str, fresh: Answer) -> Answer:
        return self._stale().answers.setdefault(path, damage.an_hour_old(fresh))
