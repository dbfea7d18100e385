"""Messages without what differs from run to run, so that the same failure reads the same.

Ids, times, hosts, ports, counts and tokens all become ``#``, whichever they were: which of them a target puts into a
message may differ, too. Words stay, since they say what is wrong, and so do HTTP statuses.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address

from ..redact import MASK
from .quoted import said, without_objects, without_values
from .words import CHANGES, without_numbers

LONGEST = 300
_READ = 8_000
"""Characters of a message that are looked at."""

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?"
_ZONE = r"(?:Z\b|[+-]\d{2}:?\d{2}\b|GMT\b|UTC\b)"
_FORMS = re.compile(
    rf"""
      {re.escape(MASK)}
    | \b[\w.+-]{{1,64}}@(?:[\w-]{{1,63}}\.){{1,8}}[A-Za-z]{{2,24}}\b                              # e-mail
    | \b[A-Za-z][A-Za-z0-9+.-]{{0,20}}://                                                         # origin of a URL
      (?:[^\s/?'"<>@\#]{{0,200}}@)?(?:\[[0-9a-fA-F:.%]+\]|[^\s/?\#'"<>()\[\]{{}},;|:]*)(?::\d+)?
    | \b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{{0,6}},?\s)?                                      # HTTP, asctime
      (?:\d{{1,2}}[\s-]{_MONTH}[\s-]\d{{2,4}}|{_MONTH}\s{{1,2}}\d{{1,2}}(?:,?\s\d{{4}})?(?!\d))
      (?:[,\s]{{1,2}}{_CLOCK})?(?:\s?{_ZONE})?(?:\s\d{{4}}\b)?
    | \b\d{{4}}-\d{{2}}-\d{{2}}(?:[T\s]{_CLOCK})?(?:\s?{_ZONE})?                                  # ISO 8601
    | (?<![\w:]){_CLOCK}(?:\s?(?:{_ZONE}|[AaPp][Mm]\b))?(?![\d:])
    | \b0x[0-9a-fA-F]+\b                                                                          # address in memory
    | (?<![0-9A-Za-z])[0-9a-fA-F]{{8}}-(?:[0-9a-fA-F]{{4}}-){{3}}[0-9a-fA-F]{{12}}(?![0-9A-Za-z])   # uuid
    | \b\d+(?:\.\d+)?[eE][-+]?\d{{1,3}}\b                                                           # 1e-05
    | (?<![0-9A-Za-z])(?:smoke-)?\d{{4,8}}-\d{{6}}-[0-9a-f]{{4}}(?![0-9A-Za-z])                       # id of a run
    | \bv\d+(?:\.\d+)+(?:-[0-9A-Za-z.]+)?                                                         # version
    | (?:/private)?/var/folders/\w+/\w+(?:/[TC])?/[^\s/'",:;()]+                                   # temporary folders
    | (?:/private)?/(?:var/)?tmp/[^\s/'",:;()]+
    | (?i:\b[a-z]:\\[^\s'"]{{1,100}}?\\temp\\[^\s\\'",:;()]+)
    | (?<![\w.@/-])(?:[a-z0-9](?:[a-z0-9-]{{0,62}})\.){{1,8}}                                         # names of hosts
      (?:com|net|org|dev|io|cloud|internal|local|localhost|lan|example|invalid)(?::\d+)?(?![\w(-]|\.\w)
    | (?<![\w.@/-])(?:[a-z0-9](?:[a-z0-9-]{{0,62}})\.){{2,8}}(?:app|test|ai|co|uk|de|eu|ch)(?::\d+)?(?![\w(-]|\.\w)
    | (?<![\w.@/-])localhost(?::\d+)?(?![\w(-]|\.\w)
    """,
    re.VERBOSE,
)
_IPV6 = re.compile(
    r"""
    (?<![\w:.])\[?(?P<address>
      (?:[0-9a-fA-F]{1,4})?(?::[0-9a-fA-F]{0,4}){1,6}:[0-9a-fA-F]{1,4} | [0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,6}::
    )(?:\](?::\d+)?)?(?!\w|:[\w:])
    """,
    re.VERBOSE,
)
_TOKEN = re.compile(r"(?<![\w+=-])[\w+=-]{20,}(?![\w+=-])", re.ASCII)
_UNIT = r"(?:[nmuµμ]s|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|weeks?|[kKMGT]?i?B|bytes?|%)"
_COUNTED = (
    "attempt|binding|byte|check|connection|error|event|exception|failure|file|item|issue|line|log|message|migration|"
    "problem|record|request|route|row|run|sub-exception|test|time|vulnerability|warning|worker"
)
_MERGED = (
    (re.compile(r"(['\"`])#\1"), CHANGES),
    (re.compile(r"#(?:[-.:,+#]*#)+"), CHANGES),
    (re.compile(r"(?<![\w#])[-+]#"), CHANGES),
    (re.compile(rf"#\s?{_UNIT}(?!\w)"), CHANGES),
    (re.compile(r"#(?:\s?(?:,|and|or)?\s#)+"), CHANGES),
    (re.compile(rf"(?<=# )({_COUNTED})(?:s|\(s\))(?!\w)"), r"\1"),
    (re.compile(r"(?<=# )vulnerabilities\b"), "vulnerability"),
)
"""What a list of numbers, a range or a duration is reduced to, and ``# errors`` to ``# error``, as one would be."""


@lru_cache(maxsize=1024)
def normal(message: str) -> str:
    """What ``message`` says on its first line, without what differs from run to run; ``normal`` again changes nothing.

    It is given what is redacted already.
    """
    line = _settled(said(_UNSEEN.sub(" ", message[:_READ])))
    return line if len(line) <= LONGEST else _settled(line[:LONGEST])


def _settled(text: str) -> str:
    """``text`` after so many passes that another one would change nothing."""
    before = None
    while text != before:
        before, text = text, _pass(text)
    return text


def _pass(text: str) -> str:
    text = without_values(without_objects(" ".join(text.split())))
    text = _FORMS.sub(CHANGES, _IPV6.sub(_address, text))
    text = without_numbers(_TOKEN.sub(_token, text))
    for pattern, merged in _MERGED:
        text = pattern.sub(merged, text)
    return text.strip()


def _address(found: re.Match[str]) -> str:
    """``::1`` is an address, ``a::b`` the name of a test."""
    try:
        IPv6Address(found["address"])
    except ValueError:
        return found[0]
    return CHANGES if any(map(str.isdecimal, found["address"])) else found[0]


def _token(found: re.Match[str]) -> str:
    """Letters and digits in turn, capitals and small ones: nobody names a thing like that."""
    word = found[0]
    turns = len(re.findall(r"(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]", word))
    looks_random = turns >= 4 and word.lower() != word != word.upper()
    return CHANGES if looks_random else word
