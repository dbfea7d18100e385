"""Secrets that nobody told the run of, known by their look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from .spans import Span

_Form: TypeAlias = tuple[str, re.Pattern[str]]
"""A text without which the form cannot be there, and the form. What is masked is its group ``secret``, or all of it."""


def _form(hint: str, pattern: str) -> _Form:
    return hint, re.compile(pattern)


def _word(hint: str, pattern: str) -> _Form:
    """A form whose beginning is so ordinary that it only counts where a word begins."""
    return _form(hint, rf"(?<![A-Za-z0-9]){pattern}")


_KEY = r"[ +][A-Z0-9 +]{0,40}PRIVATE[ +]KEY(?:[ +]BLOCK)?"
"""In the frame of a private key; a plus is a space in a form."""
_VALUE = r"[\s+]+(?P<secret>(?=[A-Za-z]*[0-9._~+/=-])[\w.~+/=-]{8,}|[A-Za-z]{20,})"

_TOKENS: tuple[_Form, ...] = (
    _form("AKIA", r"(?:AKIA)[0-9A-Z]{12,}(?:\W{1,3}[A-Za-z0-9/+]{40}(?![\w/+]))?"),  # AWS, alone or with its secret
    _form("ASIA", r"(?:ASIA)[0-9A-Z]{12,}(?:\W{1,3}[A-Za-z0-9/+]{40}(?![\w/+]))?"),
    *(_form(f"gh{kind}_", rf"gh{kind}_\w{{12,}}") for kind in "pousr"),
    _form("github_pat_", r"github_pat_\w{12,}"),
    *(_word(f"gl{kind}-", rf"gl{kind}-[\w-]{{12,}}") for kind in ("pat", "ptt", "dt", "rt", "cbt", "soat", "ft")),
    _word("xox", r"xox[a-z]-[\w-]{8,}"),  # Slack
    _form("xapp-", r"xapp-[\w-]{12,}"),
    *(_form(f"{kind}_{mode}_", rf"{kind}_{mode}_\w{{12,}}") for kind in ("sk", "rk") for mode in ("live", "test")),
    _form("whsec_", r"whsec_[\w+/=-]{12,}"),
    _form("AIza", r"AIza[\w-]{30,}"),  # Google
    _form("GOCSPX-", r"GOCSPX-[\w-]{20,}"),
    _form("sk-", r"sk-(?:ant|or|proj|svcacct|admin)-[\w-]{12,}"),  # model providers
    _word("sk-", r"sk-(?=[\w-]{0,99}\d)(?:(?=[\w-]{0,99}[A-Z])[\w-]{20,}|[a-z0-9]{32,})"),
    _word("gsk_", r"gsk_[A-Za-z0-9]{30,}"),
    _word("xai-", r"xai-[A-Za-z0-9]{30,}"),
    _word("pplx-", r"pplx-[A-Za-z0-9]{30,}"),
    _word("hf_", r"hf_[A-Za-z0-9]{30,}"),
    _word("r8_", r"r8_[A-Za-z0-9]{30,}"),
    _word("cf", r"cf(?:k|ut|at)_[A-Za-z0-9]{20,}"),  # Cloudflare
    _word("SK", r"SK[0-9a-f]{32}(?![0-9A-Za-z])"),  # Twilio
    _word("AC", r"AC[0-9a-f]{32}(?![0-9A-Za-z])"),
    _word("key-", r"key-[0-9a-f]{32}(?![0-9A-Za-z])"),  # Mailgun
    _form("npm_", r"npm_[A-Za-z0-9]{30,}"),
    _form("pypi-", r"pypi-Ag[\w-]{24,}"),
    _form("dckr_", r"dckr_[po]at_[\w-]{12,}"),
    _form("_v1_", r"do[opr]_v1_[0-9a-f]{20,}"),  # DigitalOcean
    _word("dapi", r"dapi[0-9a-f]{32}(?:-\d)?(?![0-9A-Za-z])"),  # Databricks
    _form("shp", r"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{20,}"),  # Shopify
    _word("lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{16,}"),
    _form("AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[0-9A-Z]{16,}"),
    _form("sntry", r"sntry[su]_[\w+/=-]{20,}"),
    _word("sbp_", r"sbp_[0-9a-f]{32,}"),
    _word("glc_", r"glc_[\w+/=-]{24,}"),
    _word("glsa_", r"glsa_\w{24,}"),
    _word("figd_", r"figd_[\w-]{24,}"),
    _word("ntn_", r"ntn_[A-Za-z0-9]{30,}"),
    _form("NRAK-", r"NRAK-[A-Z0-9]{20,}"),
    _form("PMAK-", r"PMAK-[0-9a-f-]{40,}"),
    _form("pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.-]{24,}"),
    _form("tskey-", r"tskey-[a-z]+-[\w-]{16,}"),
    _form("b3BlbnNzaC1rZXkt", r"b3BlbnNzaC1rZXktdjE[\w+/=-]{8,}"),  # an OpenSSH key without its frame
)
"""Their hint stands in an unbroken run of letters and digits."""

_LOOSE: tuple[_Form, ...] = (
    _form("ya29.", r"ya29\.[\w-]{12,}"),
    _word("SG.", r"SG\.[\w-]{12,}(?:\.[\w-]*)?"),  # SendGrid
    *(_word(f"hv{kind}.", rf"hv{kind}\.[\w-]{{16,}}") for kind in "sbr"),  # Vault
    _form(":AA", r"(?<!\d)\d{8,10}:AA[\w-]{24,}"),  # a bot of Telegram
    _word("dp.", r"dp\.(?:pt|st|ct|sa)\.[\w.-]{24,}"),
    _word("v1.0-", r"v1\.0-[0-9a-f]{20,}-[0-9a-f]{40,}"),  # Cloudflare's origin CA
    _word("hooks.slack", r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?P<secret>[\w/-]+)"),
    _form("/webhooks/", r"/webhooks/(?P<secret>\d{12,}/[\w-]{16,})"),  # Discord
    _form("AccountKey=", r"AccountKey=(?P<secret>[\w+/=-]{16,})"),
    _form("AccessKey=", r"AccessKey=(?P<secret>[\w+/=-]{16,})"),
    _form("sig=", r"(?<![\w.-])sig=(?P<secret>[\w%+/=-]{16,})"),
)  # fmt: skip
"""Next to such a run stands their hint."""

_FREE: tuple[_Form, ...] = (
    _word("eyJ", r"eyJ[\w-]{8,}(?:\.[\w-]+){1,4}"),  # JWT, JWE
    _form("PRIVATE", rf"-----BEGIN{_KEY}-----[\s\S]*?(?:-----END{_KEY}-----|\Z)"),
    _form("-----END", rf"(?<![\w+/=])(?:[A-Za-z0-9+/=]{{20,100}}(?:\\[nr]|\s){{1,4}}){{1,200}}-----END{_KEY}-----"),
    _form("@", r"://(?P<secret>[^\s/?#\"'<>\\@:]{0,256}:[^\s/?#\"'<>]{1,256}|[^\s/?#\"'<>\\@]{16,256})@"),
    _word("earer", "[Bb]earer" + _VALUE),
    _word("EARER", "BEARER" + _VALUE),
    _word("asic", "[Bb]asic" + _VALUE),
)  # fmt: skip
_DISCORD = re.compile(r"\.[\w-]{6}\.[\w-]{27,}")
_DISCORD_HEAD = re.compile(r"(?<![A-Za-z0-9])[MNO][\w-]{23,27}\Z")


def formed(text: str, words: str) -> Iterator[Span]:
    """Where something looks like a secret. ``words`` are the long unbroken runs of letters and digits in ``text``."""
    if words:
        for hint, pattern in _TOKENS:
            if hint in words:
                yield from (match.span() for match in pattern.finditer(text))
        yield from _found(_LOOSE, text)
        yield from _discord(text)
    yield from _found(_FREE, text)


def _found(forms: Iterable[_Form], text: str) -> Iterator[Span]:
    for hint, pattern in forms:
        if hint in text:
            yield from (match.span("secret" if pattern.groups else 0) for match in pattern.finditer(text))


def _discord(text: str) -> Iterator[Span]:
    for match in _DISCORD.finditer(text):
        head = _DISCORD_HEAD.search(text, max(0, match.start() - 29), match.start())
        if head:
            yield head.start(), match.end()
