"""What does not change while a process lives: the repository, and who we are in it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from pydantic import ValidationError

from ...errors import UsageError
from ..tracker import Gone, LookUpFailed, Refused
from . import shapes
from .client import Client
from .errors import Absent

ACTIONS = "github-actions[bot]"
"""Whom the token of a workflow writes as."""
NEEDED = "(needs issues: write)"


class Ground:
    """Asked for once, when it is first needed."""

    def __init__(self, client: Client, authors: Iterable[str]) -> None:
        self._client = client
        self._authors = [ACTIONS, *authors]
        self._login: str | None = None
        self._known = False
        self._milestones: dict[str, int] | None = None

    @property
    def accounts(self) -> list[str]:
        """Whom we write as, as far as is known."""
        return list(dict.fromkeys(name for name in (self._login, *self._authors) if name))

    def explore(self) -> None:
        """See that the repository is there and takes issues, and who we are. Raises UsageError, LookUpFailed."""
        if self._known:
            return
        repo = self._client.repo
        try:
            told = self._client.get("")
        except Absent as error:
            raise UsageError(self._not_there(error)) from None
        except Refused as error:
            raise LookUpFailed(str(error)) from None
        if not isinstance(told, dict) or not isinstance(told.get("full_name"), str):
            raise LookUpFailed(f"{repo}: what GITHUB_API_URL {self._client.root!r} answers is no repository")
        if told.get("has_issues") is False:
            raise UsageError(f"--repo {repo}: has its issues turned off")
        self._login = self._who()
        self._known = True

    def wrote(self, told: shapes.Written) -> bool:
        """Whether one of our accounts did; any bot counts where the token may not say who it is."""
        if told.user is None:
            return False
        names = {name.casefold() for name in self.accounts}
        return told.user.login.casefold() in names or (self._login is None and told.user.type == "Bot")

    def milestone(self, title: str) -> int | None:
        """The number of an open milestone."""
        if self._milestones is None:
            found = {}
            for told in self._client.pages("milestones", state="open"):
                try:
                    one = shapes.Milestone.model_validate(told)
                except ValidationError:
                    raise LookUpFailed(f"{self._client.repo}: a milestone without number or title") from None
                found[one.title.casefold()] = one.number
            self._milestones = found
        return self._milestones.get(title.casefold())

    def _who(self) -> str | None:
        try:
            told = self._client.get("/user")
        except (Refused, Gone):
            # An installation's token, as in a workflow, is no user's.
            return None
        login = told.get("login") if isinstance(told, dict) else None
        if not isinstance(login, str):
            raise LookUpFailed("GET /user: answered no login")
        return login

    def _not_there(self, error: Absent) -> str:
        repo, root = self._client.repo, self._client.root
        if error.moved:
            return f"--repo {repo}: has moved; give the name that it has now{self._new_name(error.location)}"
        return f"--repo {repo}: not found at {root}: it does not exist, or GITHUB_TOKEN may not see it {NEEDED}"

    def _new_name(self, location: str | None) -> str:
        path = urlsplit(location or "").path.removeprefix(urlsplit(self._client.root).path)
        try:
            told = self._client.get(path) if path.startswith("/repositories/") else None
        except (Refused, Gone, LookUpFailed):
            return ""
        name = told.get("full_name") if isinstance(told, dict) else None
        return f", {name[:200]}" if isinstance(name, str) and name.isprintable() else ""
