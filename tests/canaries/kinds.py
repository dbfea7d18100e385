"""The canaries: made-up secrets of every kind, put together while the tests run so that no scanner is alarmed."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

LETTERS = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
DIGITS = string.digits

Look = Literal["form", "key", "known"]


@dataclass(frozen=True)
class Canary:
    """One made-up secret."""

    kind: str
    text: str
    """As it is planted."""
    core: str
    """The part of it that must not be found anywhere."""
    look: Look = "form"
    """How it can be told: by its form, by the key above it, or because the run knows it."""
    key: str = "password"
    """The key under which it stands when it can be told by that only."""


class _Maker:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made up, and the same each time
        self.made: list[Canary] = []

    def some(self, length: int, alphabet: str = LETTERS) -> str:
        """So many characters, with a digit and a letter among the first."""
        letters = [one for one in alphabet if one.isalpha()] or [*alphabet]
        start = self._random.choice(letters) + self._random.choice(DIGITS)
        return start + "".join(self._random.choice(alphabet) for _ in range(length - 2))

    def form(self, kind: str, shape: Callable[[str], str], length: int, alphabet: str = LETTERS) -> None:
        """A secret that ``shape`` makes recognisable."""
        core = self.some(length, alphabet)
        self.made.append(Canary(kind, shape(core), core))

    def key(self, kind: str, key: str, length: int, alphabet: str = LETTERS) -> None:
        """A secret that only the key above it gives away."""
        core = self.some(length, alphabet)
        self.made.append(Canary(kind, core, core, "key", key))

    def known(self, kind: str, shape: Callable[[str], str], length: int = 24, alphabet: str = LETTERS) -> None:
        """A secret of any look, which the run is told of."""
        core = self.some(length, alphabet)
        self.made.append(Canary(kind, shape(core), core, "known"))


def _prefixed(*pieces: str) -> Callable[[str], str]:
    return lambda core: "".join(pieces) + core


def _armour(kind: str) -> Callable[[str], str]:
    dashes, block = "-" * 5, " BLOCK" if kind == "PGP" else ""
    name = f"{kind} PRIVATE KEY{block}"

    def shape(core: str) -> str:
        lines = "\n".join(core[at : at + 64] for at in range(0, len(core), 64))
        return f"{dashes}BEGIN {name}{dashes}\n{lines}\n{dashes}END {name}{dashes}"

    return shape


def _url(scheme: str, rest: str) -> Callable[[str], str]:
    return lambda core: f"{scheme}://app:{core}@{rest}"


def _part(object_: str) -> str:
    return base64.urlsafe_b64encode(object_.encode()).decode().rstrip("=")


def _tokens(made: _Maker) -> None:
    made.form("AWS access key id", _prefixed("AK", "IA"), 16, UPPER)
    made.form("AWS temporary key id", _prefixed("AS", "IA"), 16, UPPER)
    for kind in "pos":
        made.form(f"GitHub gh{kind}", _prefixed("gh", f"{kind}_"), 36)
    made.form("GitHub fine-grained", _prefixed("github", "_pat_"), 60)
    made.form("GitLab", _prefixed("gl", "pat-"), 20)
    made.form("Slack bot", _prefixed("xo", "xb-1234567890-"), 24)
    slack = "https://hooks.slack" + ".com/services/T00000000/B00000000/"
    made.form("Slack webhook", _prefixed(slack), 24)
    made.form("Stripe secret", _prefixed("sk", "_live_"), 24)
    made.form("Stripe restricted", _prefixed("rk", "_live_"), 24)
    made.form("Stripe webhook", _prefixed("wh", "sec_"), 32)
    made.form("Google API", _prefixed("AI", "za"), 35)
    made.form("Google OAuth", _prefixed("ya", "29."), 40)
    made.form("OpenAI", _prefixed("s", "k-"), 48)
    made.form("OpenAI project", _prefixed("s", "k-proj-"), 48)
    made.form("Anthropic", _prefixed("s", "k-ant-api03-"), 48)
    made.form("Cloudflare origin CA", lambda core: f"v1.{0}-{core[:24]}-{core}", 100, HEX)
    made.form("Twilio API key", _prefixed("S", "K"), 32, HEX)
    made.form("SendGrid", lambda core: "S" + f"G.{core[:22]}.{core}", 43)
    made.form("Mailgun", _prefixed("ke", "y-"), 32, HEX)
    made.form("npm", _prefixed("np", "m_"), 36)
    made.form("PyPI", _prefixed("py", "pi-AgEIcHlwaS5vcmc"), 60)
    made.form("Docker", _prefixed("dckr", "_pat_"), 27)
    made.form("Hugging Face", _prefixed("h", "f_"), 34)
    made.form("DigitalOcean", _prefixed("do", "p_v1_"), 64, HEX)
    made.form("Databricks", _prefixed("da", "pi"), 32, HEX)
    made.form("Telegram", lambda core: f"123456789:A{'A'}{core}", 33)
    made.form("Discord bot", lambda core: f"MTA{core[:21]}.{core[:6]}.{core}", 38)
    discord = "https://discord" + ".com/api/webhooks/123456789012345678/"
    made.form("Discord webhook", _prefixed(discord), 68)
    made.form("Shopify", _prefixed("shp", "at_"), 32, HEX)
    made.form("Linear", _prefixed("lin", "_api_"), 40)
    made.form("Vault", _prefixed("hv", "s."), 90)
    made.form("age", _prefixed("AGE-SECRET", "-KEY-1"), 58, UPPER)


def _composed(made: _Maker) -> None:
    head, claims = _part('{"alg":"HS256","typ":"JWT"}'), _part('{"sub":"1"}')
    made.form("JWT", lambda core: f"{head}.{claims}.{core}", 43)
    for kind in ("RSA", "EC", "OPENSSH", "PGP"):
        made.form(f"private key, {kind}", _armour(kind), 128)
    made.form("bearer", _prefixed("Bea", "rer "), 40)
    made.form("Sentry DSN", lambda core: f"https://{core}@o123.ingest.example.invalid/42", 32, HEX)
    for scheme in ("postgres", "mysql", "redis", "mongodb+srv"):
        made.form(f"{scheme} URL", _url(scheme, "db.example.invalid/hq"), 24)
    made.form("Azure storage", lambda core: f"AccountName=hq;AccountKey={core}==;EndpointSuffix=core", 86)
    made.form("Azure SAS", lambda core: f"https://hq.blob.example.invalid/c?sv=2024&sig={core}%3D&se=2026", 43)
    password = made.some(20)
    packed = base64.b64encode(f"smoke:{password}".encode()).decode()
    made.made.append(Canary("Basic", f"Ba{'sic'} {packed}", packed.rstrip("=")))


def _plain_looking(made: _Maker) -> None:
    made.key("AWS secret", "aws_secret_access_key", 40)
    made.key("Cloudflare API token", "CLOUDFLARE_API_TOKEN", 40)
    made.key("Cloudflare global key", "X-Auth-Key", 37, HEX)
    made.key("Twilio auth token", "twilio_auth_token", 32, HEX)
    made.key("session cookie", "sessionId", 32)
    made.key("CSRF token", "csrf-token", 32, HEX)
    made.key("generic password", "password", 20)
    made.key("generic API key", "apiKey", 24)


def _told(made: _Maker) -> None:
    made.known("token", _prefixed("tok-"))
    made.known("token with marks", lambda core: f"svc/{core}+==")
    made.known("password", lambda core: f'p"<&>ä\\/ +{core}')
    made.known("spelt like words", lambda core: f"correct horse {core} staple")
    made.known("hexadecimal", str, 32, HEX)


def canaries(seed: int = 7) -> tuple[Canary, ...]:
    """All of them; another seed gives others."""
    made = _Maker(seed)
    for part in (_tokens, _composed, _plain_looking, _told):
        part(made)
    return tuple(made.made)
