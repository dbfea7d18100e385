"""A GitHub to ask, and what asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import pytest

from tests.github.double import TOKEN, Double, running_double
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues.github import open_tracker
from vibehq_smoke.issues.github.client import Client
from vibehq_smoke.issues.github.tracker import GitHubTracker


class Asks(Protocol):
    """Makes a client."""

    def __call__(self, token: str = TOKEN, repo: str = "acme/hq", **options: Any) -> Client:
        """Closed when the test ends."""


class Tracks(Protocol):
    """Makes a tracker."""

    def __call__(self, token: str = TOKEN, repo: str = "acme/hq", **policy: Any) -> GitHubTracker:
        """Closed when the test ends."""


@pytest.fixture
def github() -> Iterator[Double]:
    """Over a socket, with virtual time and GitHub's own limits; a violation of its description fails the test."""
    with running_double() as double:
        yield double
    assert double.searches == 0, "the search API is never asked"


@pytest.fixture
def asks(github: Double) -> Iterator[Asks]:
    """Clients of that GitHub."""
    with ExitStack() as stack:

        def make(token: str = TOKEN, repo: str = "acme/hq", **options: Any) -> Client:
            api_url = options.pop("api_url", github.url)
            return stack.enter_context(Client(repo, token, api_url, clock=github.clock, **options))

        yield make


@pytest.fixture
def tracks(github: Double) -> Iterator[Tracks]:
    """Trackers in that GitHub, opened as the command line opens them."""
    with ExitStack() as stack:

        def make(token: str = TOKEN, repo: str = "acme/hq", **policy: Any) -> GitHubTracker:
            env = {"GITHUB_TOKEN": token, "GITHUB_API_URL": github.url}
            tracker = open_tracker(repo, env, IssuePolicy(**policy), github.clock)
            stack.callback(tracker.close)
            return tracker

        yield make
