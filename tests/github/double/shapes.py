"""State as GitHub's JSON, with every key that the description requires and most that a real answer has."""

from __future__ import annotations

import zlib
from base64 import b64encode
from datetime import datetime
from typing import Any
from urllib.parse import quote

from .repository import Repository
from .state import RANKS, Account, Comment, Issue, IssueState, Label, Milestone

Json = dict[str, Any]

OF_A_USER = """
followers following{/other_user} gists{/gist_id} starred{/owner}{/repo} subscriptions orgs repos events{/privacy}
received_events
"""
OF_A_REPOSITORY = """
archive:{archive_format}{/ref} assignees{/user} blobs:git/blobs{/sha} branches{/branch} collaborators{/collaborator}
comments{/number} commits{/sha} compare/{base}...{head} contents/{+path} contributors deployments downloads events forks
git_commits:git/commits{/sha} git_refs:git/refs{/sha} git_tags:git/tags{/sha} hooks
issue_comment:issues/comments{/number} issue_events:issues/events{/number} issues{/number} keys{/key_id} labels{/name}
languages merges milestones{/number} notifications{?since,all,participating} pulls{/number} releases{/id} stargazers
statuses/{sha} subscribers subscription tags teams trees:git/trees{/sha}
"""
MODERN = "2026-03-10"


def stamp(at: datetime | None) -> str | None:
    """To the second, as all of GitHub's times are."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def node(kind: str, number: int) -> str:
    """An opaque id."""
    return f"{kind}_{b64encode(str(number).encode()).decode().rstrip('=')}"


def user_id(login: str) -> int:
    """The same for the same login."""
    return zlib.crc32(login.encode())


class Shapes:
    """Writes JSON for one request: links lead back to where it came from."""

    def __init__(self, root: str, web: str, version: str) -> None:
        self.root = root
        self.web = web
        self.modern = version >= MODERN
        self._users: dict[str, Json] = {}
        self._milestones: dict[int, Json] = {}

    def user(self, login: str) -> Json:
        """A simple user."""
        if login not in self._users:
            self._users[login] = self._user(login)
        return self._users[login]

    def _user(self, login: str) -> Json:
        url, number = f"{self.root}/users/{quote(login)}", user_id(login)
        bot = login.endswith("[bot]")
        return {
            "login": login, "id": number, "node_id": node("U", number), "url": url,
            "avatar_url": f"{self.web}/avatars/{number}", "gravatar_id": "", "html_url": f"{self.web}/{login}",
            "type": "Bot" if bot else "User", "site_admin": False, "user_view_type": "public",
            "organizations_url": f"{url}/orgs",
        } | {f"{one.split('{')[0]}_url": f"{url}/{one}" for one in OF_A_USER.split() if one != "orgs"}  # fmt: skip

    def private_user(self, account: Account, at: datetime) -> Json:
        """Who the token belongs to."""
        texts = dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio"))
        counts = dict.fromkeys(
            (
                "public_repos", "public_gists", "followers", "following", "private_gists", "total_private_repos",
                "owned_private_repos", "disk_usage", "collaborators",
            ),
            0,
        )  # fmt: skip
        times = {"created_at": stamp(at), "updated_at": stamp(at), "two_factor_authentication": True}
        return self.user(account.login) | texts | counts | times

    def repository(self, repo: Repository, account: Account) -> Json:
        """In full, with what the asking account may."""
        url, html = f"{self.root}/repos/{repo.full_name}", f"{self.web}/{repo.full_name}"
        here = [one for one in repo.issues.values() if one.now.is_here and one.now.state == "open"]
        names = {"admin": "admin", "maintain": "admin", "push": "push", "triage": "triage", "pull": "read"}
        return self._links(url) | {
            "id": repo.id, "node_id": node("R", repo.id), "name": repo.name, "full_name": repo.full_name,
            "owner": self.user(repo.owner), "private": repo.private, "html_url": html, "description": None,
            "fork": False, "url": url, "git_url": f"git:{html[5:]}.git", "ssh_url": f"git@{html[7:]}.git",
            "clone_url": f"{html}.git", "svn_url": html, "mirror_url": None, "homepage": None, "language": None,
            "forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "size": 0, "default_branch": "main",
            "open_issues_count": len(here), "has_issues": repo.has_issues, "has_projects": True, "has_wiki": True,
            "has_pages": False, "has_discussions": False, "archived": False, "disabled": False,
            "pushed_at": stamp(repo.created_at), "created_at": stamp(repo.created_at),
            "updated_at": stamp(repo.created_at), "subscribers_count": 0, "network_count": 0, "license": None,
            "forks": 0, "open_issues": len(here), "watchers": 0,
            "visibility": "private" if repo.private else "public",
            "permissions": {key: RANKS.index(account.permission) >= RANKS.index(rank) for key, rank in names.items()},
        }  # fmt: skip

    @staticmethod
    def _links(url: str) -> Json:
        links = {}
        for one in OF_A_REPOSITORY.split():
            name, _, path = one.partition(":")
            key = name.split("{")[0].split("/")[0]
            links[f"{key}_url"] = f"{url}/{path or name}"
        links["archive_url"] = f"{url}/{{archive_format}}{{/ref}}"
        return links

    def label(self, repo: Repository, label: Label, *, in_full: bool = True) -> Json:
        """A label; within an issue it has no ``archived_at``."""
        url = f"{self.root}/repos/{repo.full_name}/labels/{quote(label.name, safe='')}"
        said = {
            "id": label.id, "node_id": node("LA", label.id), "url": url, "name": label.name, "color": label.color,
            "default": False, "description": label.description,
        }  # fmt: skip
        return said | {"archived_at": None, "archived_by": None} if in_full else said

    def milestone(self, repo: Repository, milestone: Milestone) -> Json:
        """A milestone, with how many issues it has."""
        if milestone.id not in self._milestones:
            self._milestones[milestone.id] = self._milestone(repo, milestone)
        return self._milestones[milestone.id]

    def _milestone(self, repo: Repository, milestone: Milestone) -> Json:
        url = f"{self.root}/repos/{repo.full_name}/milestones/{milestone.number}"
        states = [one.now.state for one in repo.issues.values() if one.now.milestone == milestone.number]
        return {
            "url": url, "html_url": f"{self.web}/{repo.full_name}/milestone/{milestone.number}",
            "labels_url": f"{url}/labels", "id": milestone.id, "node_id": node("MI", milestone.id),
            "number": milestone.number, "state": milestone.state, "title": milestone.title,
            "description": milestone.description, "creator": self.user(milestone.creator),
            "open_issues": states.count("open"), "closed_issues": states.count("closed"),
            "created_at": stamp(milestone.at), "updated_at": stamp(milestone.updated_at),
            "closed_at": stamp(milestone.closed_at), "due_on": stamp(milestone.due_on),
        }  # fmt: skip

    def issue(self, repo: Repository, issue: Issue, state: IssueState) -> Json:
        """An issue or a pull request, as of a moment."""
        url = f"{self.root}/repos/{repo.full_name}/issues/{issue.number}"
        html = f"{self.web}/{repo.full_name}/{'pull' if issue.is_pull_request else 'issues'}/{issue.number}"
        assignees = [self.user(login) for login in state.assignees]
        milestone = repo.milestones.get(state.milestone) if state.milestone else None
        said = {
            "url": url, "repository_url": f"{self.root}/repos/{repo.full_name}", "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments", "events_url": f"{url}/events", "timeline_url": f"{url}/timeline",
            "html_url": html, "id": issue.id, "node_id": node("I", issue.id), "number": issue.number,
            "title": state.title, "body": state.body, "user": self.user(issue.by),
            "labels": [self.label(repo, repo.labels[i], in_full=False) for i in state.labels if i in repo.labels],
            "state": state.state, "state_reason": state.state_reason, "locked": state.locked,
            "active_lock_reason": None, "assignees": assignees,
            "milestone": self.milestone(repo, milestone) if milestone else None,
            "comments": sum(one.at <= state.at for one in issue.comments),
            "created_at": stamp(issue.at), "updated_at": stamp(state.at), "closed_at": stamp(state.closed_at),
            "closed_by": self.user(state.closed_by) if state.closed_by else None,
            "author_association": "OWNER" if issue.by == repo.owner else "CONTRIBUTOR",
            "performed_via_github_app": None, "reactions": self._reactions(url),
        }  # fmt: skip
        if not self.modern:
            said["assignee"] = assignees[0] if assignees else None
        if issue.is_pull_request:
            pull = url.replace("/issues/", "/pulls/")
            said["draft"] = False
            said["pull_request"] = {
                "url": pull, "html_url": html, "diff_url": f"{html}.diff", "patch_url": f"{html}.patch",
                "merged_at": None,
            }  # fmt: skip
        return said

    def found(self, repo: Repository, issue: Issue, state: IssueState) -> Json:
        """An issue as the search shows it."""
        said = self.issue(repo, issue, state) | {"score": 1.0}
        said.pop("closed_by")
        return said if state.body is not None else {key: value for key, value in said.items() if key != "body"}

    def comment(self, repo: Repository, issue: Issue, comment: Comment) -> Json:
        """A comment."""
        url = f"{self.root}/repos/{repo.full_name}/issues"
        return {
            "url": f"{url}/comments/{comment.id}", "issue_url": f"{url}/{issue.number}", "id": comment.id,
            "html_url": f"{self.web}/{repo.full_name}/issues/{issue.number}#issuecomment-{comment.id}",
            "node_id": node("IC", comment.id), "user": self.user(comment.by), "body": comment.body,
            "created_at": stamp(comment.at), "updated_at": stamp(comment.at), "author_association": "CONTRIBUTOR",
            "performed_via_github_app": None, "reactions": self._reactions(f"{url}/comments/{comment.id}"),
        }  # fmt: skip

    @staticmethod
    def _reactions(url: str) -> Json:
        kinds = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
        return {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(kinds, 0)}
