"""What is known of the place where the harness runs: repository, commit, and the job that runs it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, urlsplit

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_REPO = re.compile(r"[\w.-]+/[\w.-]+")
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class Surroundings:
    """Each piece is None where it is not known."""

    folder: Path | None = None
    """Where the harness was started: paths of checks begin here."""
    root: Path | None = None
    """The top folder of the checkout."""
    repo: str | None = None
    """``owner/name``."""
    server_url: str | None = None
    """Of the place where the repository lives, without a slash at its end."""
    commit: str | None = None
    """The whole id of what is checked out."""
    run_url: str | None = None
    """The page of the job that runs the harness."""
    workflow: str | None = None
    job: str | None = None
    branch: str | None = None

    @classmethod
    def gathered(cls, folder: Path, environment: Mapping[str, str] | None = None) -> Surroundings:
        """From the environment, as GitHub Actions sets it, and from the git checkout that ``folder`` is in, if any."""
        known = os.environ if environment is None else environment
        top = _git(folder, "rev-parse", "--show-toplevel")
        origin = _git(folder, "remote", "get-url", "origin") if top and not known.get("GITHUB_REPOSITORY") else None
        server, repo = _place(known, origin)
        return cls(
            folder=folder,
            root=Path(top) if top else None,
            repo=repo,
            server_url=server,
            commit=known.get("GITHUB_SHA") or (_git(folder, "rev-parse", "HEAD") if top else None),
            run_url=_run_url(known, server, repo),
            workflow=known.get("GITHUB_WORKFLOW") or None,
            job=known.get("GITHUB_JOB") or None,
            branch=known.get("GITHUB_REF_NAME") or (_git(folder, "branch", "--show-current") if top else None) or None,
        )

    def permalink(self, path: str, line: int | None = None) -> str | None:
        """The page of a file of the repository at this commit; None when it is no file of it."""
        within = self.within(path)
        if within is None or not (self.server_url and self.repo and self.commit):
            return None
        return f"{self.server_url}/{self.repo}/blob/{self.commit}/{quote(within, errors='surrogateescape')}" + (
            f"#L{line}" if line else ""
        )

    def recent_changes(self, green_commit: str | None, commit: str | None = None, most: int = 20) -> tuple[str, ...]:
        """``git log --oneline`` from ``green_commit`` (left out) to ``commit`` (else what is checked out), the newest
        first, at most ``most`` lines. Empty where history does not go back so far, as in a shallow checkout."""
        until = commit or self.commit
        if self.root is None or not (green_commit and until) or green_commit == until:
            return ()
        if not (_COMMIT.fullmatch(green_commit) and _COMMIT.fullmatch(until)):
            return ()
        return _log(self.root, green_commit, until, most)

    def compare_url(self, green_commit: str | None) -> str | None:
        """The page that shows what changed since ``green_commit``."""
        if not (self.server_url and self.repo and self.commit and green_commit) or green_commit == self.commit:
            return None
        return f"{self.server_url}/{self.repo}/compare/{quote(green_commit, safe='')}...{self.commit}"

    def within(self, path: str) -> str | None:
        """``path`` as seen from the top of the checkout; None when it is no file of it."""
        return _within(self.folder, self.root, path) if self.root and path else None


@lru_cache(maxsize=1_000)
def _within(folder: Path | None, root: Path, path: str) -> str | None:
    """Asked of the same few files of checks, over and over."""
    for start in dict.fromkeys((folder or root, root)):
        try:
            file = (start / path).resolve()
            if file.is_file():
                return file.relative_to(root.resolve()).as_posix()
        except (OSError, ValueError):
            continue
    return None


def _place(known: Mapping[str, str], origin: str | None) -> tuple[str | None, str | None]:
    """Server and repository: from the environment, else from the URL of ``origin``, whose credentials stay out."""
    repo = known.get("GITHUB_REPOSITORY")
    if repo:
        return known.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"), repo
    found = re.fullmatch(r"(?:\w[\w+.-]*://)?(?:[^@/]*@)?([^/:@]+)(?::\d+)?[:/](.+?)(?:\.git)?/?", origin or "")
    if not found or "." not in found[1] or not _REPO.fullmatch(found[2]):
        return None, None
    return f"https://{found[1]}", found[2]


def _run_url(known: Mapping[str, str], server: str | None, repo: str | None) -> str | None:
    run = known.get("GITHUB_RUN_ID", "")
    if not (server and repo and run.isdigit()) or urlsplit(server).scheme not in ("http", "https"):
        return None
    attempt = known.get("GITHUB_RUN_ATTEMPT", "")
    again = f"/attempts/{attempt}" if attempt.isdigit() and attempt != "1" else ""
    return f"{server}/{repo}/actions/runs/{run}{again}"


@lru_cache(maxsize=64)
def _log(root: Path, since: str, until: str, most: int) -> tuple[str, ...]:
    """Asked once for all causes that were last clean at the same commit."""
    told = _git(root, "log", "--oneline", "--no-decorate", f"-{most}", f"{since}..{until}", "--")
    return tuple((told or "").splitlines())


def _git(folder: Path, *words: str) -> str | None:
    """What git says, or None where it knows nothing or is not installed."""
    git = shutil.which("git")
    if git is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - git, with words of ours and commits that look like some
            [git, "-C", str(folder), *words],
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
            timeout=_PATIENCE_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
