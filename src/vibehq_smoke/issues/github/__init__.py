"""Issues on GitHub: a client that keeps within GitHub's limits, and the tracker that is built on it."""

from .opening import open_client, open_tracker

__all__ = ["open_client", "open_tracker"]
