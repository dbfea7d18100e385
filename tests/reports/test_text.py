"""Text from outside: everything in it is shown, nothing in it acts."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.reports.text import clip, encodable, pretty, safe, safe_lines, visible

ANY = st.text(st.characters())
# A busy machine is no reason to fail.


@given(ANY)
def test_no_character_acts_or_hides(text: str) -> None:
    shown = visible(text)
    assert not [char for char in shown if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"]
    assert not [char for char in shown if unicodedata.bidirectional(char) in _TURNS]


_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@pytest.mark.parametrize("text", ["größer", "مرحبا", "שלום", "日本語", "👩‍👩‍👧", "a\n\tb", "-> ✓"])
def test_letters_of_every_script_stay(text: str) -> None:
    assert visible(text) == text


def test_what_acts_is_named() -> None:
    assert visible("\x1b[31m \u202eabc\ufeff \ud800\r\n") == "<U+001B>[31m <U+202E>abc<U+FEFF> <U+D800>\n"


@given(ANY, st.integers(10, 100))
def test_safe_text_is_one_short_line(text: str, most: int) -> None:
    line = safe(text, most)
    assert len(line) <= most
    assert not set(line) & set("\n\r\t\x1b")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error file=a::gone", ": :error file=a::gone"),
        ("x ::stop-commands::y", "x : :stop-commands::y"),
        ("##[add-mask]x", "# #[add-mask]x"),
        ("http://[::1]:8787", "http://[::1]:8787"),
        ("Foo::Bar", "Foo::Bar"),
    ],
)
def test_orders_to_a_ci_runner_are_not_given(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_lines_keep_their_indentation_and_say_what_is_left_out() -> None:
    assert safe_lines("a\n  b\n\x07", most=3) == ["a", "  b", "<U+0007>"]
    assert safe_lines("a\nb\nc\nd", most=3) == ["a", "b", "... 2 more lines"]


def test_clipping_says_how_much_is_missing() -> None:
    assert clip("abc", 3) == "abc"
    assert clip("abcdef", 3) == "abc\n… 3 more characters are left out here"


@given(ANY, st.sampled_from(["ascii", "cp1252", "utf-8", None]))
def test_any_stream_can_write_it(text: str, encoding: str | None) -> None:
    assert encodable(text, encoding).encode(encoding or "ascii") is not None


@pytest.mark.parametrize("body", ['{"a":1,"a":2}', '{"a":1.00}', "[1e400]", "{", "[" * 100_000, "<p>", '"text"', ""])
def test_a_body_that_would_change_stays_as_it_is(body: str) -> None:
    assert pretty(body) == body


@given(st.recursive(st.none() | st.booleans() | st.integers() | ANY, lambda v: st.lists(v) | st.dictionaries(ANY, v)))
def test_a_pretty_body_says_the_same(value: object) -> None:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert json.loads(pretty(body)) == value
