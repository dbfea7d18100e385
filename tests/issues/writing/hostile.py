"""Text that a target could send to do harm, and what a reader of Markdown makes of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

FRAGMENTS = (
    "@everyone",
    "@acme/ops",
    "fixes #1",
    "closes GH-12",
    "resolves acme/hq#3",
    "closes https://github.com/acme/hq/issues/4",
    "www.example.com",
    "mail@example.com",
    "`",
    "```",
    "~~~~",
    "````\n@admin\n````",
    "<!-- vibehq-smoke:begin -->",
    "<!-- vibehq-smoke:end -->",
    "<!-- vibehq-smoke:cause 1 eNqrVg== 0123456789abcdef0123456789abcdef -->",
    "--!>",
    "<!",
    "<script>alert(1)</script>",
    "</details>",
    "<img src=x onerror=alert(1)>",
    "![x](https://example.com/x.png)",
    "[x](javascript:alert(1))",
    "[ ] ",
    "- ",
    "1. ",
    "# ",
    "> ",
    "| a | b |",
    "\\",
    "\\|",
    "&#64;everyone",
    "&lt;",
    "$`x`$",
    "$$x$$",
    ":tada:",
    "**bold** _it_ ~~no~~",
    "\u202egnp.exe",
    "\u200b",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://example.com\x07link\x1b]8;;\x07",
    "\x00",
    "\r\n",
    "\n",
    "\n\n",
    "\u2028",
    "    indented",
    "\ud800",
    "ä😀",
)

HOSTILE = " ".join(FRAGMENTS)


texts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=12)), max_size=8).map("".join)

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_REFERS = re.compile(r"@\w|#\w|\bGH-\d|://|\bwww\.|:[\w+-]+:", re.IGNORECASE)


def tokens(markdown: str) -> list[Token]:
    """What a reader finds at the top level."""
    return _MARKDOWN.parse(markdown)


def pieces(markdown: str) -> Iterator[Token]:
    """Every token, those inside of lines included."""
    for token in tokens(markdown):
        yield token
        yield from token.children or ()


def acting(markdown: str) -> list[str]:
    """Everything in rendered Markdown that does more than show itself: references, images, foreign HTML."""
    found = [f"html {piece.content!r}" for piece in pieces(markdown) if piece.type in ("html_block", "html_inline")]
    found += [piece.type for piece in pieces(markdown) if piece.type == "image"]
    prose = (piece.content for piece in pieces(markdown) if piece.type in ("text", "text_special"))
    return found + [text for text in prose if _REFERS.search(text)]
