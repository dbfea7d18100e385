"""Issues as GitHub writes them, read without trust; and what GitHub takes, guarded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, TypeAdapter, ValidationError

from ..tracker import Issue, Refused
from .errors import Odd

TITLE, BODY, LABEL, LABELS = 256, 65_536, 50, 100
"""The most characters, and the most labels, that GitHub takes."""


def whole(text: Any) -> Any:
    """Text without halves of characters, which neither a database nor a socket takes, and without NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "") if isinstance(text, str) else text


Text = Annotated[str, BeforeValidator(whole)]


class Account(BaseModel):
    """Who wrote or is to look."""

    login: Text
    type: str = "User"


class Label(BaseModel):
    """A label, as far as its name."""

    name: Text | None = None


_LABELS = TypeAdapter(tuple[Label, ...])


class Milestone(BaseModel):
    """A milestone."""

    number: int
    title: Text


class Written(BaseModel):
    """What somebody wrote."""

    user: Account | None = None


class Comment(Written):
    """A comment, in GitHub's words."""

    body: Text | None = None
    created_at: AwareDatetime


class Document(Written):
    """An issue, or a pull request, in GitHub's words; keys of no interest are left out."""

    number: int
    title: Text
    body: Text | None = None
    state: Literal["open", "closed"]
    state_reason: Text | None = None
    labels: tuple[Label | Text, ...]
    created_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    html_url: Text
    milestone: Milestone | None = None
    assignees: tuple[Account, ...] | None = None
    pull_request: Any = None

    @property
    def names(self) -> frozenset[str]:
        """Of its labels."""
        names = (one.name if isinstance(one, Label) else one for one in self.labels)
        return frozenset(name for name in names if name)

    def issue(self, *, is_ours: bool) -> Issue:
        """As the reconciler sees it."""
        return Issue(
            number=self.number,
            title=self.title,
            body=self.body or "",
            state=self.state,
            state_reason=self.state_reason,
            labels=self.names,
            created_at=self.created_at,
            closed_at=self.closed_at,
            url=self.html_url,
            author=self.user.login if self.user else None,
            is_ours=is_ours,
        )


def read(told: Any, what: str) -> Document:
    """An issue, checked. Raises Odd, naming ``what`` was read."""
    try:
        return Document.model_validate(told)
    except ValidationError as error:
        raise _odd(what, "issue", error) from None


def comment(told: Any, what: str) -> Comment:
    """A comment, checked. Raises Odd, naming ``what`` was read."""
    try:
        return Comment.model_validate(told)
    except ValidationError as error:
        raise _odd(what, "comment", error) from None


def _odd(what: str, wanted: str, error: ValidationError) -> Odd:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "it"
    return Odd(f"{what}: is no {wanted} as GitHub's API writes them ({where}: {first['msg']})")


def title(text: str) -> str:
    """No longer than GitHub takes."""
    return str(whole(text))[:TITLE]


def body(text: str) -> str:
    """As it is. Raises Refused when it is longer than GitHub takes: cut off, an issue would lose its identity."""
    text = str(whole(text))
    if len(text) > BODY:
        raise Refused(f"a text of {len(text):,} characters: GitHub takes {BODY:,}")
    return text


def labels(wanted: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that GitHub takes, and those that it does not."""
    unique = tuple(dict.fromkeys(str(whole(name)) for name in wanted))
    fit = tuple(name for name in unique if name.strip() and len(name) <= LABEL and "," not in name)[:LABELS]
    return fit, tuple(name for name in unique if name not in fit)


def names(told: Any, what: str) -> frozenset[str]:
    """A list of labels, by their names. Raises Odd."""
    try:
        return frozenset(one.name for one in _LABELS.validate_python(told) if one.name)
    except ValidationError:
        raise Odd(f"{what}: is no list of labels") from None
