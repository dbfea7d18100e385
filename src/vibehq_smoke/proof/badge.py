"""A picture of one line, for a README: how many of the mutants were caught."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

GREEN, YELLOW, ORANGE, RED = "#177a38", "#8a5a00", "#b4470d", "#c1202b"
SHARES = ((95.0, GREEN), (85.0, YELLOW), (0.0, ORANGE))
"""From which share on which colour."""

_CHARACTER = 6.6
_MARGIN = 14
_TEXT = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label={label}>
  <title>{title}</title>
  <clipPath id="round"><rect width="{width}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#round)">
    <rect width="{left}" height="20" fill="#444d56"/>
    <rect x="{left}" width="{right}" height="20" fill="{color}"/>
  </g>
  <g fill="#ffffff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">
    <text x="{left_middle:g}" y="14" textLength="{left_text}">proof</text>
    <text x="{right_middle:g}" y="14" textLength="{right_text}">{said}</text>
  </g>
</svg>
"""


def badge(told: Mapping[str, Any]) -> str:
    """The SVG for the result of a proof. Red when that is no proof, whatever the share."""
    said = percent(told["caught"], told["mutants"])
    flaws = {word: len(told[word]) for word in ("vacuous", "unproved", "false_alarms") if told[word]}
    title = f"{told['caught']} of {told['mutants']} mutants caught"
    title += "".join(f", {number} {word.replace('_', ' ')}" for word, number in flaws.items())
    left, right = _width("proof"), _width(said)
    return _TEXT.format(
        width=left + right,
        left=left,
        right=right,
        left_middle=left / 2,
        right_middle=left + right / 2,
        left_text=left - _MARGIN,
        right_text=right - _MARGIN,
        said=escape(said),
        title=escape(title),
        label=quoteattr(f"proof: {said}"),
        color=RED if flaws or not told["mutants"] else _color(told["caught"] / told["mutants"] * 100),
    )


def percent(caught: int, mutants: int) -> str:
    """The share in percent, rounded down: 100 % is all of them."""
    return f"{math.floor(1000 * caught / mutants) / 10:g} %" if mutants else "none"


def _color(share: float) -> str:
    return next(color for least, color in SHARES if share >= least)


def _width(text: str) -> int:
    return _MARGIN + round(_CHARACTER * len(text))
