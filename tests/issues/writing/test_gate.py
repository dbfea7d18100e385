"""Nothing leaves with a secret in it."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.issues.writing.hostile import texts
from tests.issues.writing.records import IN_CI, cause, exchange, finding, record, result, symptom
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues.compose import BEGIN, END, body
from vibehq_smoke.issues.marker import Signer
from vibehq_smoke.issues.writing.gate import WITHHELD, Gate
from vibehq_smoke.issues.writing.neutral import cell, fenced, inline, prose, title
from vibehq_smoke.issues.writing.smoke import smoke_batch
from vibehq_smoke.redact import MASK, Redactor

SECRET = "hunter2-hunter2/=x"
SIGNER = Signer.of(None, "here")


@pytest.mark.parametrize(
    "form",
    [SECRET, quote(SECRET, safe=""), base64.b64encode(b"a:" + SECRET.encode()).decode(), SECRET.replace("/", "\\/")],
)
def test_known_secrets_are_masked_in_every_form(form: str) -> None:
    sent = Gate(Redactor([SECRET]), {}).text(f"it said {form} twice: {form}")
    assert form not in sent
    assert sent.count(MASK) == 2
    assert sent.startswith("it said ")


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "STAGING_PASSWORD", "CLOUDFLARE_API_KEY", "VIBEHQ_SMOKE_MARKER_KEY"])
def test_the_environment_tells_more_secrets_by_their_names(name: str) -> None:
    gate = Gate(Redactor(), {name: "s3cr3tvalue", "PATH": "/usr/local/bin", "OTHER_KEY": "short"})
    assert gate.text("s3cr3tvalue in /usr/local/bin is short") == f"{MASK} in /usr/local/bin is short"


def test_folders_are_no_secrets_whatever_the_names_of_their_variables(tmp_path: Path) -> None:
    here = tmp_path / "checkout"
    key = tmp_path / "key.pem"
    key.write_text("not in any text", encoding="utf-8")
    gate = Gate(Redactor(), {"PWD": str(here), "SSH_AUTH_SOCK": str(tmp_path), "CLIENT_KEY": str(key)})
    told = f"vibehq-smoke run {here}/desk.toml with {key}"
    assert gate.text(told) == told
    assert MASK in Gate(Redactor(), {"CLIENT_KEY": "/9f3kd83kd0sk3l"}).text("/9f3kd83kd0sk3l begins like a path")


def test_what_looks_like_a_secret_is_masked() -> None:
    assert "ghp_" not in Gate(Redactor(), {}).text("push with ghp_0123456789abcdef0123456789abcdef0123")


def test_a_secret_behind_escapes_is_withheld() -> None:
    secret = "pa_ss@word#1|x"
    gate = Gate(Redactor([secret]), {})
    for shown in (prose(f"is {secret}"), title(f"is {secret}"), cell(f"is {secret}")):
        assert secret not in shown, "the premise: neutral text hides it from the redactor"
        assert gate.text(shown) == WITHHELD
    assert gate.text(inline(f"is {secret}")) == f"`is {MASK}`"


def test_a_withheld_body_is_still_an_issue_of_ours() -> None:
    about = cause()
    text = f"{BEGIN}\n{prose('pa_ss@word')}\n{SIGNER.marker(about)}\n{END}"
    sent = Gate(Redactor(["pa_ss@word"]), {}).text(text)
    assert WITHHELD in sent
    assert "word" not in sent.replace(WITHHELD, "")
    assert sent.startswith(BEGIN)
    assert sent.endswith(END)
    assert SIGNER.read(sent) == about


def test_a_marker_is_not_taken_for_a_token() -> None:
    marker = "<!-- vibehq-smoke:cause 1 ab-eyJ0123456789abcdef== 0123456789abcdef0123456789abcdef -->"
    gate = Gate(Redactor(), {})
    assert gate.text(f"x {marker}") == f"x {marker}"
    assert marker not in gate.text(f"x {marker.replace('vibehq-smoke:', '')}")


@given(texts, st.text(min_size=8, max_size=30), st.text(max_size=20))
def test_nothing_leaks(before: str, secret: str, after: str) -> None:
    assume(secret.strip() and secret not in MASK and secret not in WITHHELD)
    gate = Gate(Redactor([secret]), {})
    for text in (before + secret + after, fenced(before + secret), prose(secret + after), inline(secret)):
        assert not gate.leaks(gate.text(text))


def test_cleaned_records_lead_to_clean_issues() -> None:
    secret = "top_secret@value#7"
    failed = result(
        "HLT-01",
        title=f"a {secret}",
        reason=f"b {secret}",
        log=(secret,),
        evidence=(exchange(url=f"https://hq.example.com/{secret}", response_headers={secret: secret}),),
    )
    run = record(failed, findings=(finding("health-api", symptom("HLT-01", message=secret)),), faults=(secret,))
    gate = Gate(Redactor(), {"SOME_TOKEN": secret})
    clean = gate.clean(run)
    assert secret not in clean.model_dump_json()
    (seen,) = smoke_batch(clean, IN_CI, IssuePolicy()).sightings
    text = body(seen.ticket, cause(), "")
    assert gate.text(text) == text, "what was cleaned first needs no masking at the gate"
    assert MASK in text
    assert prose(MASK) in text


def test_words_of_the_schema_are_no_secrets() -> None:
    run = record(result("HLT-01", evidence=(exchange(),)), findings=(finding("auth", symptom("HLT-01")),))
    clean = Gate(Redactor(["callback", "degraded"]), {"OUTCOME_KEY": "health-api"}).clean(run)
    assert clean.checks[0].outcome == run.checks[0].outcome
    assert clean.checks[0].component == MASK
    assert type(clean).model_validate_json(clean.model_dump_json()) == clean
