"""The durable local record: one SQLite file with what is known of causes, and every write that was sent for them."""

from __future__ import annotations

from .record import History, Owed
from .tables import unusable

__all__ = ["History", "Owed", "unusable"]
