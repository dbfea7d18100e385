"""What people give: the repository, the address, the token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.clock import SystemClock
from vibehq_smoke.issues.github import address, open_client, open_tracker


@pytest.mark.parametrize("text", ["acme/hq", "a/b", "Acme-Corp/core.vibe_hq", "octo_acme/x-1"])
def test_a_repository_is_taken_as_it_is(text: str) -> None:
    assert address.repository(text) == text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("hq", None),
        ("", None),
        ("acme/", None),
        ("/hq", None),
        ("acme/hq/issues", None),
        ("acme/..", None),
        ("../hq", None),
        ("acme/h q", None),
        ("acme/hq\n", None),
        ("acme/hq?x=1", None),
        ("acme/hq.git", "acme/hq"),
        ("https://github.com/acme/hq", "acme/hq"),
        ("https://github.com/acme/hq.git", "acme/hq"),
        ("https://ghe.corp.example/acme/hq/", "acme/hq"),
        ("github.com/acme/hq", "acme/hq"),
        ("git@github.com:acme/hq.git", "acme/hq"),
    ],
)
def test_what_is_no_repository_is_said_with_what_is_allowed(text: str, hint: str | None) -> None:
    with pytest.raises(UsageError) as error:
        address.repository(text)
    said = str(error.value)
    assert said.startswith("--repo "), said
    assert "allowed: OWNER/NAME" in said, said
    assert "\n" not in said, said
    assert said.endswith(f"did you mean {hint!r}?") if hint else "did you mean" not in said, said


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("https://api.github.com", "https://api.github.com"),
        ("https://api.github.com/", "https://api.github.com"),
        (" https://ghe.example/api/v3/ ", "https://ghe.example/api/v3"),
        ("https://ghe.example:8443/api/v3", "https://ghe.example:8443/api/v3"),
        ("https://api.octo.ghe.com", "https://api.octo.ghe.com"),
        ("http://127.0.0.1:8080/api/v3", "http://127.0.0.1:8080/api/v3"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:99", "http://[::1]:99"),
    ],
)
def test_an_address_of_an_api_is_taken(text: str, root: str) -> None:
    assert address.api_root(text) == root


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no address"),
        ("api.github.com", "no address"),
        ("ftp://ghe.example", "no address"),
        ("https://", "no address"),
        ("https://ghe.example/?x=1", "no address"),
        ("https://ghe.example/#x", "no address"),
        ("https://ghe.example/a b", "no address"),
        ("https://ghe.example:port", "no address"),
        ("https://[::1", "no address"),
        ("http://ghe.example/api/v3", "unencrypted"),
        ("http://127.0.0.1.example.com", "unencrypted"),
        ("https://github.com", "did you mean 'https://api.github.com'?"),
    ],
)
def test_what_is_no_address_of_an_api_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_API_URL") as error:
        address.api_root(text)
    assert said in str(error.value), error.value


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as error:
        address.api_root("https://me:hunter2secret@ghe.example/api/v3")
    assert "hunter2secret" not in str(error.value)
    assert "GITHUB_TOKEN" in str(error.value)


@given(st.text(max_size=40))
def test_no_text_is_taken_for_a_repository_that_would_lead_elsewhere(text: str) -> None:
    try:
        taken = address.repository(text)
    except UsageError:
        return
    owner, name = taken.split("/")
    assert set(owner + name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert name not in {".", ".."}


def test_without_a_token_it_is_said_which_rights_one_needs() -> None:
    for env in ({}, {"GITHUB_TOKEN": ""}, {"GITHUB_TOKEN": " \n"}):
        with pytest.raises(UsageError, match=r"GITHUB_TOKEN: is not set.*acme/hq.*issues: write"):
            open_tracker("acme/hq", env, IssuePolicy(), SystemClock())


@pytest.mark.parametrize("token", ["ghp_two words", "ghp_line\nbreak", "ghp_ü"])
def test_a_token_that_no_header_can_hold_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(UsageError) as error:
        open_client("acme/hq", {"GITHUB_TOKEN": token}, SystemClock())
    assert "GITHUB_TOKEN" in str(error.value)
    assert "ghp_" not in str(error.value)


def test_a_client_shows_where_it_asks_and_never_its_token() -> None:
    env = {"GITHUB_TOKEN": "ghp_veryveryunmistakable\n", "GITHUB_API_URL": "https://ghe.example/api/v3"}
    with open_client("acme/hq", env, SystemClock()) as client:
        shown = repr(client) + str(vars(client)) + repr(vars(client._wire._http))  # noqa: SLF001 - what a debugger shows
    assert "https://ghe.example/api/v3" in shown
    assert "ghp_veryveryunmistakable" not in shown


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({}, "github.com/acme/hq"),
        ({"GITHUB_API_URL": ""}, "github.com/acme/hq"),
        ({"GITHUB_API_URL": "https://GHE.example/api/v3/"}, "ghe.example/acme/hq"),
        ({"GITHUB_API_URL": "https://api.octo.ghe.com"}, "octo.ghe.com/acme/hq"),
    ],
)
def test_a_tracker_is_named_by_host_and_repository_the_same_in_any_case(env: dict[str, str], name: str) -> None:
    tracker = open_tracker("Acme/HQ", {"GITHUB_TOKEN": "t", **env}, IssuePolicy(), SystemClock())
    assert tracker.name == name
    tracker.close()
