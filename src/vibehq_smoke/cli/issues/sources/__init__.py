"""``vibehq-smoke issues ci``, ``typescript`` ...: what other tools say, for the same issues (docs/issue-sources.md)."""

from __future__ import annotations

import click

from .code import ci, lint, security, typescript
from .running import performance, sentry
from .suites import junit, tests

SOURCES: tuple[click.Command, ...] = (ci, typescript, lint, sentry, performance, security, tests, junit)
"""One command for each source."""
