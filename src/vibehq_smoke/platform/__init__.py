"""The target as a check sees it: clients, sessions, waiting, WebSockets, callbacks and the operator channel.

Start with :class:`Hq`, which every check is given. docs/writing-checks.md shows all of it by example.
Names are imported when they are first asked for: a plugin that only wants ``Dialect`` does not pay for the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api import Api, Worker
    from .callbacks import Callback, Listener
    from .dialects import Dialect, Paths
    from .hq import Hq
    from .ledger import Ledger
    from .operator import Operator
    from .page import Page
    from .platform import Platform
    from .recorder import Recorder
    from .reply import Reply
    from .websocket import Socket
else:

    def __getattr__(name: str) -> object:
        """Import a public name from the module that holds it (PEP 562)."""
        for module, names in _MODULES.items():
            if name in names:
                return getattr(import_module(f".{module}", __name__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_MODULES = {
    "api": ("Api", "Worker"),
    "callbacks": ("Callback", "Listener"),
    "dialects": ("Dialect", "Paths"),
    "hq": ("Hq",),
    "ledger": ("Ledger",),
    "operator": ("Operator",),
    "page": ("Page",),
    "platform": ("Platform",),
    "recorder": ("Recorder",),
    "reply": ("Reply",),
    "websocket": ("Socket",),
}

__all__ = [
    "Api",
    "Callback",
    "Dialect",
    "Hq",
    "Ledger",
    "Listener",
    "Operator",
    "Page",
    "Paths",
    "Platform",
    "Recorder",
    "Reply",
    "Socket",
    "Worker",
]
