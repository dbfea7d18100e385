"""Finds what switches TypeScript's checking off: ``any`` as a type, and ``@ts-ignore`` (contract HLT-14).

A word in a comment or a string proves nothing, so the text is cut into tokens first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<string>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)
    | (?P<word>[A-Za-z_$][\w$]*)
    | (?P<number>\d[\w.]*)
    | (?P<sign>=>|\?\.|\.\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_TEMPLATE = re.compile(r"(?:\\(?:.|\Z)|\$(?!\{)|[^`\\$])*(?P<end>`|\$\{|\Z)", re.DOTALL)
_DIRECTIVE = re.compile(r"[/*\s]*@ts-ignore\b")

_BEFORE_REGEX = frozenset({"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "await", "yield"})
_DECLARES = frozenset({"const", "let", "var", "function", "class", "interface", "type", "enum", "namespace", "import"})
_CLOSES = {")": "(", "]": "[", "}": "{", ">": "<"}


@dataclass(frozen=True)
class Token:
    """A piece of source: ``kind`` is comment, string, word, number or sign; ``line`` counts from 1."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Hole:
    """A place where the type checker is told to look away: ``any``, ``as any`` or ``@ts-ignore``."""

    line: int
    what: str


def holes(source: str) -> list[Hole]:
    """Every hole in a TypeScript source, in the order of the file."""
    tokens = list(tokenize(source))
    found = [
        Hole(token.line, "@ts-ignore") for token in tokens if token.kind == "comment" and _DIRECTIVE.match(token.text)
    ]
    code = [token for token in tokens if token.kind != "comment"]
    for at, token in enumerate(code):
        if token.kind == "word" and token.text == "any" and _is_type(code, at):
            found.append(Hole(token.line, "as any" if _text(code, at - 1) == "as" else "any"))
    return sorted(found, key=lambda hole: hole.line)


def tokenize(source: str) -> Iterator[Token]:
    """The tokens of a TypeScript source, without white space. Expressions inside template literals are code."""
    position, line = 0, 1
    depths: list[int] = []  # of open braces, one entry per template literal that waits for its expression's end
    previous: Token | None = None
    while position < len(source):
        kind, end = _next(source, position, previous, depths)
        text = source[position:end]
        if kind != "space":
            token = Token(kind, text, line)
            previous = token if kind != "comment" else previous
            yield token
        line += text.count("\n")
        position = end


def _next(source: str, position: int, previous: Token | None, depths: list[int]) -> tuple[str, int]:
    """Kind and end of the token at ``position``; keeps ``depths`` right."""
    character = source[position]
    if character == "`" or (character == "}" and depths and depths[-1] == 0):
        return "string", _template(source, position, depths)
    if character == "/" and source[position + 1 : position + 2] not in ("/", "*") and _regex_may_follow(previous):
        literal = _REGEX.match(source, position)
        if literal is not None:
            return "string", literal.end()
    match = _TOKEN.match(source, position)
    assert match is not None, "the last alternative takes any character"
    if depths and character in "{}":
        depths[-1] += 1 if character == "{" else -1
    return match.lastgroup or "sign", match.end()


def _template(source: str, position: int, depths: list[int]) -> int:
    """End of the piece of a template literal that begins at a back-tick or at the brace that ends an expression."""
    if source[position] == "}":
        depths.pop()
    piece = _TEMPLATE.match(source, position + 1)
    assert piece is not None, "it also matches nothing"
    if piece["end"] == "${":
        depths.append(0)
    return piece.end()


def _regex_may_follow(previous: Token | None) -> bool:
    if previous is None:
        return True
    if previous.kind == "word":
        return previous.text in _BEFORE_REGEX
    return previous.kind == "sign" and previous.text not in (")", "]", "}")


def _is_type(code: Sequence[Token], at: int) -> bool:
    """Whether the word ``any`` at this place is the type, not a name that somebody chose."""
    before, after = _text(code, at - 1), _text(code, at + 1)
    if before in (".", "?.") or before in _DECLARES or after == "(":
        return False
    if after == ":":
        return before == "?"  # the branch of a conditional type; anything else before a colon is a name
    if after == "?" and _text(code, at + 2) == ":":
        return False
    shorthand = before in ("{", ",") and after in (",", "}")
    return not (shorthand and _encloser(code, at) == "{")


def _encloser(code: Sequence[Token], at: int) -> str:
    """The bracket that is open at this place, or nothing."""
    closed: list[str] = []
    for token in reversed(code[:at]):
        if token.kind != "sign":
            continue
        if token.text in _CLOSES:
            closed.append(_CLOSES[token.text])
        elif token.text in _CLOSES.values():
            if not closed:
                return token.text
            closed.pop()
    return ""


def _text(code: Sequence[Token], at: int) -> str:
    return code[at].text if 0 <= at < len(code) else ""
