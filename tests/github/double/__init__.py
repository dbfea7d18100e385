"""A stateful double of GitHub's REST API, over a real socket, for tests.

    from tests.github.double import TOKEN, running_double, status

    with running_double(lag=5.0) as github:  # a violation fails the block when it ends
        ours = ...(base_url=github.url, token=TOKEN, clock=github.clock)  # or github.enterprise_url: .../api/v3
        http = httpx.Client(transport=github.transport(), base_url=github.url)  # without a socket: faster
        number = github.people.open("It is slow").number  # what people do: edit, close, label, delete ...
        github.faults.next(status(502, after=True), "POST")  # done, and nobody said so; drop(), hang() ...
        github.advance(60)  # time stands still otherwise; clock.sleep() advances it
        assert github.repository.issues[number].now.state == "open"
        assert github.writes == [] and github.searches == 0 and github.ignored_limits == 0

The fixture ``github`` (conftest.py) is such a double. ``Double()`` alone, with its ``transport()``, has no socket, and
is there for thousands of requests a second.

Every request and answer is held against GitHub's published description, unknown and missing keys included; what does
not fit is answered with 500 and kept in ``github.violations``. ``validate=False`` switches that off.

Two tokens: ``TOKEN`` is the account ``hq-bot`` with push rights, ``ACTIONS_TOKEN`` a workflow's;
``github.permit("read")`` takes rights away. Rate limits are GitHub's; others are ``limits=Limits(writes_a_minute=5)``.
``github.faults.hook`` is asked for every request and gives a fault or None; ``FAULTS`` are all that there are, to be
drawn from. ``github.log`` tells of each request what the client was told, and what became of it. People write in
browsers: their lines end with CR LF.
"""

from .clock import VirtualClock
from .core import ACTIONS_TOKEN, TOKEN, Double
from .faults import AMBIGUOUS, FAULTS, NOT_DONE, REFUSALS, SILENT, Fault, conflict, drop, hang, limited, status
from .limits import UNLIMITED, Limits
from .messages import Request
from .people import Hands
from .record import Exchange
from .repository import Repository
from .running import RunningDouble, running_double
from .state import Account, Comment, Issue, IssueState, Label, Milestone

__all__ = [
    "ACTIONS_TOKEN",
    "AMBIGUOUS",
    "FAULTS",
    "NOT_DONE",
    "REFUSALS",
    "SILENT",
    "TOKEN",
    "UNLIMITED",
    "Account",
    "Comment",
    "Double",
    "Exchange",
    "Fault",
    "Hands",
    "Issue",
    "IssueState",
    "Label",
    "Limits",
    "Milestone",
    "Repository",
    "Request",
    "RunningDouble",
    "VirtualClock",
    "conflict",
    "drop",
    "hang",
    "limited",
    "running_double",
    "status",
]
