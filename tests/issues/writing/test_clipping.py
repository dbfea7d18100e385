"""Markdown made shorter is still whole Markdown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.issues.writing.hostile import acting, texts, tokens
from vibehq_smoke.issues.batch import Section
from vibehq_smoke.issues.writing.clipping import LEAST, clipped, fit
from vibehq_smoke.issues.writing.layout import bullets, folded, rows
from vibehq_smoke.issues.writing.neutral import cell, fenced, inline, prose

OURS = ("<details>", "</details>", "<summary>")

parts = st.one_of(
    texts.map(fenced),
    texts.map(lambda text: folded("more", fenced(text * 9))),
    st.lists(texts.map(inline), max_size=5).map(lambda items: bullets(items, 4)),
    st.lists(texts.map(prose), max_size=5).map(lambda items: bullets(items, 4)),
    texts.map(lambda text: rows({"a": cell(text), "b": "x"})),
)
markdown = st.lists(parts, max_size=6).map("\n\n".join)


@given(markdown, st.integers(min_value=150, max_value=2_000))
def test_nothing_stays_open(text: str, room: int) -> None:
    shown = clipped(text, room)
    assert len(shown) <= max(room, 150), f"{len(shown)} characters in a room for {room}"
    assert (shown == text) == (len(text) <= room)
    last = tokens(f"{shown}\n\nafter")[-3:]
    assert [token.type for token in last] == ["paragraph_open", "inline", "paragraph_close"]
    assert last[1].content == "after", "a fence or a line swallowed what follows"
    html = [token.content.split("\n")[0] for token in tokens(shown) if token.type == "html_block"]
    assert html.count("<details>") == html.count("</details>"), "a folded part stayed open"
    assert [one for one in acting(shown) if not any(tag in one for tag in OURS)] == []


def test_a_long_line_of_code_is_cut() -> None:
    shown = clipped(fenced("x" * 5_000, most=6_000), 500)
    assert shown.startswith("```\nxxx")
    assert shown.count("x") > 300, "the whole line was left out"
    assert "characters are left out here" in shown


def sections(*sizes: tuple[int, int]) -> list[Section]:
    return [
        Section(heading=f"S{number}", text="\n".join(["y" * 9] * (size // 10)), keep=keep)
        for number, (keep, size) in enumerate(sizes)
    ]


def test_what_fits_stays_as_it_is() -> None:
    whole = sections((1, 1_000), (9, 1_000))
    assert fit(whole, 2_100) == whole


def test_the_least_worth_keeping_is_clipped_first() -> None:
    whole = sections((1, 3_000), (9, 3_000), (5, 3_000))
    first, ninth, fifth = fit(whole, 7_000)
    assert (first, fifth) == (whole[0], whole[2])
    assert LEAST / 2 < len(ninth.text) < 1_000
    first, ninth, fifth = fit(whole, 4_500)
    assert first == whole[0]
    assert len(ninth.text) <= LEAST
    assert len(fifth.text) < 1_500


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 5_000)), max_size=12), st.integers(0, 9_000))
def test_it_always_fits(sizes: list[tuple[int, int]], room: int) -> None:
    kept = fit(sections(*sizes), room)
    assert sum(len(one.text) + len(one.heading) for one in kept) <= room
    order = [one.heading for one in kept]
    assert order == sorted(order, key=lambda heading: int(heading[1:]))
