"""``GitHub``: repositories and pull requests. The lab has no way to GitHub, and says so (contract 1.5)."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import LongText, Text
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.oplog import write_operation

NO_TOKEN = "no GitHub token is configured"  # noqa: S105 - says that there is none
REPOSITORY = re.compile(
    r"(?:https://github\.com/|git@github\.com:)?(?P<owner>[A-Za-z0-9-]{1,39})/(?P<repo>[A-Za-z0-9._-]{1,100}?)(?:\.git)?/?"
)


class RepositoryRef(Options):
    """A repository: ``owner/name`` or its URL."""

    repository: Text


class FileRef(RepositoryRef):
    """A file of a repository."""

    path: Text
    ref: Text = "main"


class NewPullRequest(RepositoryRef):
    """A pull request to open."""

    title: Text
    head: Text
    base: Text = "main"
    body: LongText | None = None


class PullRequestRef(RepositoryRef):
    """A pull request by its number."""

    number: Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class GitHub:
    """Each attempt is recorded in the operation log and answered with why it fails. Raises DatabaseDownError."""

    lab: Lab

    @exposed
    def parse_repository(self, asked: RepositoryRef) -> Json:
        """Owner and name out of ``owner/name`` or a URL; this needs no network."""
        found = REPOSITORY.fullmatch(asked.repository)
        if found is None:
            return {"success": False, "error": "not a repository: owner/name or its URL is expected"}
        return {"success": True, **found.groupdict()}

    @exposed
    def get_file(self, asked: FileRef) -> Json:
        """Read a file."""
        return self._attempt("get_file", asked, {"path": asked.path, "ref": asked.ref})

    @exposed
    def create_pull_request(self, asked: NewPullRequest) -> Json:
        """Open a pull request."""
        return self._attempt("create_pull_request", asked, {"head": asked.head, "base": asked.base})

    @exposed
    def get_pull_request(self, asked: PullRequestRef) -> Json:
        """Read a pull request."""
        return self._attempt("get_pull_request", asked, {"number": asked.number})

    def _attempt(self, operation: str, asked: RepositoryRef, details: dict[str, Any]) -> Json:
        parsed = self.parse_repository(asked)
        if not parsed["success"]:
            return parsed
        repository = f"{parsed['owner']}/{parsed['repo']}"
        details = {"repository": repository, **details, "error": NO_TOKEN}
        write_operation(self.lab.databases.ops, "orchestrator", f"github.{operation}", "warn", details)
        return {"success": False, "error": NO_TOKEN, "repository": repository}
