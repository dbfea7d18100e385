"""The target as a check sees it: clients, sessions, waiting, WebSockets, callbacks and the operator channel.

Start with :class:`Hq`, which every check is given. docs/writing-checks.md shows all of it by example.
"""

from .api import Api, Worker
from .callbacks import Callback, Listener
from .dialects import Dialect, Paths
from .hq import Hq
from .ledger import Ledger
from .operator import Operator
from .platform import Latency, Platform
from .recorder import Recorder
from .reply import Reply
from .websocket import Socket

__all__ = [
    "Api",
    "Callback",
    "Dialect",
    "Hq",
    "Latency",
    "Ledger",
    "Listener",
    "Operator",
    "Paths",
    "Platform",
    "Recorder",
    "Reply",
    "Socket",
    "Worker",
]
