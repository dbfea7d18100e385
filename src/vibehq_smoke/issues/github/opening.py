"""A client and a tracker as the environment says, with the names that GitHub Actions uses."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from ...config.issues import IssuePolicy
from ..clock import Clock
from . import address
from .client import Client
from .tracker import GitHubTracker


def open_client(
    repo: str, env: Mapping[str, str], clock: Clock, *, transport: httpx.BaseTransport | None = None
) -> Client:
    """A client of ``GITHUB_API_URL`` with ``GITHUB_TOKEN``. Raises UsageError for what is missing or wrong."""
    api_url = env.get("GITHUB_API_URL") or address.PUBLIC
    return Client(repo, env.get("GITHUB_TOKEN", ""), api_url, clock=clock, transport=transport)


def open_tracker(
    repo: str,
    env: Mapping[str, str],
    policy: IssuePolicy,
    clock: Clock,
    *,
    transport: httpx.BaseTransport | None = None,
) -> GitHubTracker:
    """A tracker in ``repo``. Raises UsageError for what is missing or wrong."""
    return GitHubTracker(open_client(repo, env, clock, transport=transport), policy, clock)
