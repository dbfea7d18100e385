"""Text from outside does nothing in Markdown but show itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.issues.writing.hostile import FRAGMENTS, HOSTILE, acting, pieces, texts, tokens
from vibehq_smoke.issues.writing.neutral import (
    GAP,
    MOST_OF_A_TITLE,
    cell,
    fenced,
    inline,
    link,
    middle_out,
    prose,
    title,
)
from vibehq_smoke.reports.text import visible


def words(text: str) -> str:
    """What a person reads, whatever the spaces."""
    return " ".join(text.replace(GAP, "").split())


@given(texts)
def test_inline_is_code_from_end_to_end(text: str) -> None:
    shown = inline(text, 10_000)
    (line,) = [token for token in tokens(f"- **Name**: {shown} end") if token.type == "inline"]
    children = [child for child in line.children or [] if child.type not in ("strong_open", "strong_close")]
    codes = [child.content for child in children if child.type == "code_inline"]
    assert all(child.type in ("text", "code_inline") for child in children if child.content)
    assert [child.content for child in children if child.type == "text" and child.content] in (
        ["Name", ": ", " end"],
        ["Name", ":  end"],
    ), "text got out of the code"
    assert len(codes) == bool(shown), f"{len(codes)} pieces of code"


@pytest.mark.parametrize("text", FRAGMENTS)
def test_inline_shows_what_was_sent(text: str) -> None:
    plain = text.replace("\x1b[31m", "").replace("\x1b[0m", "")
    plain = plain.replace("\x1b]8;;https://example.com\x07", "").replace("\x1b]8;;\x07", "")
    shown = "".join(piece.content for piece in pieces(inline(text)) if piece.type == "code_inline")
    assert words(shown) == words(visible(plain)), "people must be able to read what the target said"


@given(texts, texts)
def test_cells_leave_the_table_as_it_is(first: str, second: str) -> None:
    table = f"| a | b | c |\n|---|---|---|\n| {cell(first)} | {cell(second)} | end |"
    found = tokens(table)
    cells = [found[at + 1] for at, token in enumerate(found) if token.type == "td_open"]
    assert len(cells) == 3, "a cell broke in two"
    assert cells[2].content == "end"
    assert acting(table) == []


@given(texts)
def test_prose_is_one_paragraph_of_plain_words(text: str) -> None:
    shown = prose(text, 10_000)
    found = tokens(shown)
    assert [token.type for token in found] == (["paragraph_open", "inline", "paragraph_close"] if shown else [])
    kinds = {piece.type for piece in pieces(shown)} - {"paragraph_open", "inline", "paragraph_close"}
    assert kinds <= {"text", "text_special"}, f"{kinds} in {shown!r}"
    assert acting(shown) == []


@pytest.mark.parametrize("text", ["a run [x] is *done* in 5 | 6 <ms>", "1. first", "- item", "@ops fixes #1", "a_b"])
def test_prose_reads_as_it_was_written(text: str) -> None:
    read = "".join(piece.content for piece in pieces(prose(text)) if piece.type in ("text", "text_special"))
    assert read.replace(GAP, "") == text


@given(texts)
def test_a_fence_holds_all_of_it(text: str) -> None:
    found = tokens(f"before\n\n{fenced(text, 'json')}\n\nafter")
    assert [token.type for token in found if token.type != "inline"] == [
        *("paragraph_open", "paragraph_close"),
        "fence",
        *("paragraph_open", "paragraph_close"),
    ]
    (fence,) = (token for token in found if token.type == "fence")
    assert fence.info == "json"


@given(texts, st.integers(min_value=1, max_value=40))
def test_nobody_can_forge_a_comment(text: str, most: int) -> None:
    url = f"https://example.com/{text}"
    for shown in (
        inline(text, most),
        cell(text, most),
        prose(text, most),
        title(text),
        fenced(text, most=most),
        link(text, url),
    ):
        for mark in ("<!", "-->", "--!>"):
            assert mark not in shown, f"{mark} in {shown!r}"


@given(texts)
def test_a_title_is_one_short_line_that_calls_nobody(text: str) -> None:
    shown = title(text * 5)
    assert len(shown) <= MOST_OF_A_TITLE
    assert len(shown.splitlines()) <= 1
    assert acting(f"x {prose(shown.replace(GAP, ''))}") == []
    for reference in ("@everyone", "#1", "GH-12", "://"):
        assert reference not in shown, f"{reference} in {shown!r}"


@pytest.mark.parametrize("language", ["mermaid", "math", "a`b", "json\n```", "suggestion", "X"])
def test_no_language_that_draws(language: str) -> None:
    assert fenced("x", language) == "```\nx\n```"


def test_two_megabytes_are_cut_where_they_tell_least() -> None:
    huge = "begin " + HOSTILE * 4_000 + " the end"
    assert len(huge) > 2_000_000
    shown = fenced(huge, most=3_000)
    assert len(shown) < 4_500
    assert shown.startswith("`")
    assert "begin" in shown
    assert "the end" in shown
    assert "characters left out" in shown
    assert len(inline(huge, 200)) < 250
    assert len(title(huge)) == MOST_OF_A_TITLE


@given(texts, st.integers(min_value=3, max_value=50))
def test_a_short_text_is_not_cut(text: str, most: int) -> None:
    assert (middle_out(text, most) == text) == (len(text) <= most)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "https://user:pw@example.com/",
        "https://[::1",
        "https://github.com/acme/hq/issues/1",
        "https://github.com/acme/hq/pull/2#discussion",
        "//example.com",
        "data:text/html,x",
    ],
)
def test_links_that_lead_nowhere_good_are_text(url: str | None) -> None:
    assert link("a.py:3", url) == "`a.py:3`"


@given(texts)
def test_a_link_leads_where_it_was_meant_to(text: str) -> None:
    shown = link("a`b](x)", f"https://example.com/a?b=1&copy;=2&c={text}")
    found = list(pieces(shown))
    opened = [piece.attrGet("href") for piece in found if piece.type == "link_open"]
    if opened:
        assert len(opened) == 1
        assert str(opened[0]).startswith("https://example.com/a?b=1&copy;=2&c="), opened
        assert [piece.content for piece in found if piece.type == "code_inline"] == ["a`b](x)"]
    assert acting(shown) == []
