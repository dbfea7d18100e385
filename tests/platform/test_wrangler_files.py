"""Wrangler's files: the JSONC reader, and what wrangler makes of a file."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.platform import jsonc
from vibehq_smoke.platform.wrangler_files import (
    WranglerFileError,
    find_wrangler_files,
    read_wrangler_file,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
GAPS = st.sampled_from(["", " ", "\n", '// a, ] " }\n', '/* b,\n ] " // */', "\t"])


@st.composite
def decorated(draw: st.DrawFn, value: object) -> str:
    """``value`` as JSONC: comments and blanks anywhere, a comma after the last entry now and then."""

    def gap() -> str:
        return draw(GAPS)

    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}{gap()}:{draw(decorated(entry))}" for key, entry in value.items()]
        left, right = "{", "}"
    elif isinstance(value, list):
        parts, left, right = [draw(decorated(entry)) for entry in value], "[", "]"
    else:
        return f"{gap()}{json.dumps(value)}{gap()}"
    end = draw(st.sampled_from(["", ","])) if parts else ""
    return f"{gap()}{left}{','.join(parts)}{end}{gap()}{right}{gap()}"


@given(st.data())
def test_comments_and_trailing_commas_change_nothing(data: st.DataObject) -> None:
    value = data.draw(VALUES)

    assert jsonc.loads(data.draw(decorated(value))) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "// no comment", "b": "/* none */"}', {"a": "// no comment", "b": "/* none */"}),
        ('{"a": ",]", "b": ",}",}', {"a": ",]", "b": ",}"}),
        (r'{"a": "\"// in \\",}', {"a": '"// in \\'}),
        ("[1,2 , // last\n]", [1, 2]),
        ("[[],{},]", [[], {}]),
        ("\ufeff{}", {}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("/**/1", 1),
        ("{}\r\n// end", {}),
    ],
)
def test_what_jsonc_allows(text: str, value: object) -> None:
    assert jsonc.loads(text) == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("// nothing", 1),
        ("{\n  'a': 1\n}", 2),
        ("{\n\n  a: 1\n}", 3),
        ("[,]", 1),
        ("[1,\n,]", 2),
        ('{"a":,}', 1),
        ('{"a": 1\n/* c */ "b": 2}', 2),
        ('{\n"a": 1 /* no end\n}', 2),
        ('{\n// c\n/* d\n*/ "a": "no end\n}', 4),
        ('{\n"a": NaN}', 2),
        ("{} {}", 1),
        ("[" * 100_000, 1),
    ],
)
def test_what_is_no_jsonc_says_where(text: str, line: int) -> None:
    with pytest.raises(jsonc.JsoncError) as caught:
        jsonc.loads(text)

    assert caught.value.line == line
    assert f"line {line}: " in str(caught.value)


@given(st.text(alphabet='{}[]",:/*\\ \n1a', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    line = 1
    try:
        jsonc.loads(text)
    except jsonc.JsoncError as error:
        line = error.line
    assert 1 <= line <= text.count("\n") + 1


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    services = [{"binding": "A", "service": "b", "entrypoint": "C"}]
    (tmp_path / "wrangler.jsonc").write_text(
        '// c\n{"name": "w", "main": "src/i.ts", "vars": {"X": "1"},\n"services": [' + json.dumps(services[0]) + ",],}"
    )
    toml = 'name = "w"\nmain = "src/i.ts"\nservices = [{ binding = "A", service = "b", entrypoint = "C" }]\n'
    (tmp_path / "wrangler.toml").write_text(f'{toml}[vars]\nX = "1"\n')

    for name in ("wrangler.jsonc", "wrangler.toml"):
        read = read_wrangler_file(tmp_path / name)
        assert (read.name, read.vars, read.entries("services")) == ("w", {"X": "1"}, tuple(services))
        assert read.main() == tmp_path / "src/i.ts"
        assert read.ignored == ()


def test_nothing_is_inherited(tmp_path: Path) -> None:
    (tmp_path / "base.jsonc").write_text('{"services": [{"binding": "A", "service": "b"}]}')
    (tmp_path / "wrangler.jsonc").write_text(
        '{"name": "w", "$ref": "base.jsonc", "services_entrypoints": [{"binding": "B", "service": "b"}]}'
    )

    read = read_wrangler_file(tmp_path / "wrangler.jsonc")

    assert read.entries("services") == ()
    assert read.ignored == ("$ref", "services_entrypoints")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("wrangler.jsonc", '{\n"a": }', r"wrangler\.jsonc:2: is no JSONC: Expecting value"),
        ("wrangler.jsonc", "[]", "must hold one table"),
        ("wrangler.jsonc", "\udcff", "is no UTF-8"),
        ("wrangler.toml", "a = \n", r"is no TOML: .*line 1"),
        ("missing.toml", None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_wrangler_cannot_read(tmp_path: Path, name: str, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, errors="surrogateescape")

    with pytest.raises(WranglerFileError, match=message):
        read_wrangler_file(tmp_path / name)


def test_values_of_another_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "wrangler.jsonc").write_text('{"name": 7, "main": 7, "vars": [], "services": {"a": 1}}')
    read = read_wrangler_file(tmp_path / "wrangler.jsonc")

    assert (read.name, read.main()) == ("", None)
    with pytest.raises(WranglerFileError, match="vars must be a table"):
        _ = read.vars
    with pytest.raises(WranglerFileError, match="services must be a list of tables"):
        read.entries("services")


def test_one_file_a_folder_is_found_and_dependencies_are_left_alone(tmp_path: Path) -> None:
    for path in ("a/wrangler.jsonc", "a/wrangler.toml", "b/c/wrangler.toml", "b/node_modules/d/wrangler.toml",
                 ".git/wrangler.toml", "b/dist/wrangler.json", "b/wrangler.base.jsonc"):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("{}")

    found = [path.relative_to(tmp_path).as_posix() for path in find_wrangler_files(tmp_path)]

    assert found == ["a/wrangler.jsonc", "b/c/wrangler.toml"]
