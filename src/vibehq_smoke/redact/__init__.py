"""Masking of secrets, before anything that a check saw is kept.

Six nets, one behind the other: headers pass an allow-list; values stand masked under keys that name a secret; every
known secret is masked by its value; well-known forms (bearer tokens, JWT, private keys ...) are masked by their look;
escapes (URL, JSON, HTML) are undone and what they hid is judged again; so is what is packed in base64. When in doubt
the text is masked. No instance is shared between runs.
"""

from .redactor import Redactor
from .variants import MASK
from .words import names_a_secret

__all__ = ["MASK", "Redactor", "names_a_secret"]
