"""``report.html``: one file that works offline, without JavaScript, and whatever a target puts into it.

Three lines of defence against hostile text: jinja2 escapes every value; characters that act instead of showing are
written out (``text.visible``); the page's own policy allows no script and no style but the two inlined ones, by
their hashes, and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .summary import (
    EXIT_MEANING,
    OUTCOME_MARKS,
    STATUS_MARKS,
    attempts_sentence,
    duration,
    gate_line,
    headline,
    is_proved,
    proof_sentence,
    proof_words,
)
from .text import clip, is_web, visible
from .view import MOST_OF_ONE, page

if TYPE_CHECKING:
    from jinja2 import Template

    from ..models import RunRecord

FILENAME = "report.html"


def render(record: RunRecord) -> str:
    """The page's text."""
    return _template().render(record=record, page=page(record), headline=headline(record))


def prepare() -> None:
    """Import the template engine and compile the page, so that ``render`` need not."""
    _template()


@cache
def _template() -> Template:
    # Only a run that writes reports pays for importing jinja2.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from .bytecode import CompiledTemplates

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        bytecode_cache=CompiledTemplates(),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        # The page is shown once: folding constants would take longer than it saves.
        optimized=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        attempts_sentence=attempts_sentence,
        duration=duration,
        is_proved=is_proved,
        is_web=is_web,
        proof_words=proof_words,
        proof_sentence=proof_sentence,
    )
    style, script = _asset("report.css"), _asset("report.js")
    environment.globals.update(
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'",
        outcome_marks=OUTCOME_MARKS,
        status_marks=STATUS_MARKS,
        exit_meaning=EXIT_MEANING,
        gate_line=gate_line,
    )
    return environment.get_template("report.html.j2")


def _shown(value: Any) -> Any:
    """What stands for a value in the page, before it is escaped; markup is our own and stays as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return visible(clip(value, MOST_OF_ONE))
    return "" if value is None else value


def _asset(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
