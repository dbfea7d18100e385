"""The locator: from a key's path to its line."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.config.toml_lines import KeyPath, scan

EXAMPLE = '''\
# a = 0
top = 1

[targets.staging]           # [no.header]
base_url = "x # not = a comment [x]"
auth = { kind = "none",
         header = "y" }
"quoted key" = """
not = "a key"
[not.a.table]
"""
service.kind = 'a'
list = [
    1, # [x]
    [2],
]
after = 2
  [ targets . "a.b" ]
x = """a"""""
y = \'\'\'
z = 1\'\'\'
z = 2
[[checks]]
id = 1
[checks.more]
deep = 1
[[checks]]
id = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("targets",), 4),
        (("targets", "staging"), 4),
        (("targets", "staging", "base_url"), 5),
        (("targets", "staging", "auth", "kind"), 6),
        (("targets", "staging", "auth", "header"), 6),
        (("targets", "staging", "quoted key"), 8),
        (("targets", "staging", "service"), 12),
        (("targets", "staging", "service", "kind"), 12),
        (("targets", "staging", "list"), 13),
        (("targets", "staging", "list", 1), 13),
        (("targets", "staging", "after"), 17),
        (("targets", "staging", "absent"), 4),
        (("targets", "a.b"), 18),
        (("targets", "a.b", "x"), 19),
        (("targets", "a.b", "y"), 20),
        (("targets", "a.b", "z"), 22),
        (("checks",), 23),
        (("checks", 0, "id"), 24),
        (("checks", 0, "more", "deep"), 26),
        (("checks", 1), 27),
        (("checks", 1, "id"), 28),
        (("checks", 1, "absent"), 27),
    ],
)
def test_the_line_of_a_key(path: KeyPath, line: int) -> None:
    assert tomli.loads(EXAMPLE)
    assert scan(EXAMPLE).line(path) == line


def test_nothing_is_known_of_what_is_not_there() -> None:
    assert scan(EXAMPLE).line(("absent",)) is None
    assert scan(EXAMPLE).line(()) is None
    assert scan("").line(("a",)) is None


def test_a_table_that_is_written_later_than_its_parts_stands_where_it_is_written() -> None:
    assert scan("[a.b]\nx = 1\n[a]\ny = 1\n").line(("a",)) == 3


def test_keys_that_stand_twice_are_reported_with_both_lines() -> None:
    assert scan("[a]\nb = 1\n\nb = 2\n").repeated == ((("a", "b"), 2, 4),)


T = TypeVar("T")

KEYS = st.one_of(
    st.from_regex(r"\A[A-Za-z0-9_-]{1,8}\Z"),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=6),
)
SCALARS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1970, 1, 1)),
    st.text(st.sampled_from("ab =#[]{}\"'\\\n.,"), max_size=12),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3))
TREES = st.recursive(
    st.dictionaries(KEYS, VALUES, max_size=4),
    lambda inner: st.dictionaries(KEYS, st.one_of(VALUES, inner, st.lists(inner, min_size=1, max_size=2)), max_size=3),
    max_leaves=12,
)


class Writer:
    """Writes a tree as TOML, choosing among the ways to write each thing, and notes the line of every key."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.lines: list[str] = []
        self.places: dict[KeyPath, int] = {}

    def choose(self, *options: T) -> T:
        return self.data.draw(st.sampled_from(options))

    def put(self, text: str, path: KeyPath) -> None:
        blank = self.choose("", "", "\n", "# [x] = 1\n")
        start = "".join((*self.lines, blank)).count("\n") + 1
        self.lines.append(blank + self.choose("", "  ") + text + self.choose("", " ", " # a = [ \" '") + "\n")
        self.places[path] = start

    def table(self, tree: dict[str, Any], path: KeyPath, header: tuple[str, ...]) -> None:
        later: list[tuple[str, Any]] = []
        for name, value in tree.items():
            is_tables = isinstance(value, list) and value and isinstance(value[0], dict)
            if isinstance(value, dict) and value and self.choose(True, False):
                self.dotted((name,), value, (*path, name))
            elif (isinstance(value, dict) or is_tables) and self.choose(True, True, False):
                later.append((name, value))
            else:
                self.put(f"{self.key(name)} = {self.value(value)}", (*path, name))
        for name, value in later:
            inner = (*header, self.key(name))
            if isinstance(value, dict):
                self.put(f"[{'.'.join(inner)}]", (*path, name))
                self.table(value, (*path, name), inner)
            else:
                for number, entry in enumerate(value):
                    self.put(f"[[ {' . '.join(inner)} ]]", (*path, name, number))
                    self.table(entry, (*path, name, number), inner)

    def dotted(self, names: tuple[str, ...], tree: dict[str, Any], path: KeyPath) -> None:
        for name, value in tree.items():
            key = ".".join(self.key(part) for part in (*names, name))
            self.put(f"{key} = {self.value(value)}", (*path, name))

    def key(self, name: str) -> str:
        bare = name.isascii() and name != "" and all(c.isalnum() or c in "_-" for c in name)
        if bare and self.choose(True, True, False):
            return name
        literal = "'" not in name and self.choose(True, False)
        return f"'{name}'" if literal else self.quoted(name)

    def value(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.key(k)} = {self.value(v)}" for k, v in value.items()) + "}"
        if isinstance(value, list):
            gap = self.choose("", "\n    ", " # ] }\n")
            return "[" + gap + ("," + gap).join(self.value(entry) for entry in value) + gap + "]"
        if isinstance(value, str):
            return self.string(value)
        return str(value).lower() if isinstance(value, bool) else str(value)

    def string(self, text: str) -> str:
        form = self.choose("basic", "multi-line", "literal")
        if form == "literal" and "'" not in text and "\n" not in text:
            return f"'{text}'"
        if form == "multi-line":
            body = text.replace("\\", "\\\\").replace('"""', '""\\"')
            return f'"""\n{body[:-1]}\\""""' if body.endswith('"') else f'"""\n{body}"""'
        return self.quoted(text)

    @staticmethod
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@given(TREES, st.data())
def test_every_key_of_a_document_is_found(tree: dict[str, Any], data: st.DataObject) -> None:
    writer = Writer(data)
    writer.table(tree, (), ())
    text = "".join(writer.lines)
    assert tomli.loads(text) == tree
    lines = scan(text)
    assert {path: lines.line(path) for path in writer.places} == writer.places
    assert not lines.repeated


@given(st.text(st.sampled_from("ab=.[]{}\"'#\n\\ ,1"), max_size=60))
def test_any_text_that_parses_can_be_scanned(text: str) -> None:
    try:
        data = tomli.loads(text)
    except tomli.TOMLDecodeError:
        return
    lines = scan(text)
    assert all(lines.line((name,)) is not None for name in data)
