"""The tokenizer behind HLT-14: what is a hole in the types, and what only looks like one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from plugins._support.typescript import Token, holes, tokenize

HOLES = {
    "let x: any;": "any",
    "const f = (x: any): void => {};": "any",
    "function f(x?: any) {}": "any",
    "let x: any[] = [];": "any",
    "let x: Array<any>;": "any",
    "let x: Map<string, any>;": "any",
    "let x: Record<any, string>;": "any",
    "let x: [string, any, number];": "any",
    "let x: Triple<string, any, number>;": "any",
    "let x: string | any;": "any",
    "type T = any;": "any",
    "type T<X> = X extends string ? any : never;": "any",
    "type T = { a: any, b: string };": "any",
    "type T = { a: string\n any: any\n};": "any",
    "try {} catch (error: any) {}": "any",
    "const x = y as any;": "as any",
    "f(y as any, z);": "as any",
    "const x = <any>y;": "any",
    "const x = `${y as any}`;": "as any",
    "const x = `a ${ `b ${(y as any).z}` } c`;": "as any",
    "const x = `${{ a: { b: y as any } }}`;": "as any",
    "const r = a / b; let x: any; const s = c / d;": "any",
    "// @ts-ignore\nx = 1;": "@ts-ignore",
    "/* @ts-ignore */ x = 1;": "@ts-ignore",
    "/**\n * @ts-ignore because\n */\nx = 1;": "@ts-ignore",
}

NO_HOLES = [
    "",
    "// any",
    "/* let x: any; */",
    "// do not use @ts-ignore here",
    "// @ts-ignored",
    'const x = ": any";',
    "const x = ': any';",
    'const x = "\\": any";',
    "const x = `: any ${y} : any`;",
    "const x = `\\` : any`;",
    "const x = `a ${ `: any` } : any`;",
    "const r = /: any/;",
    "const r = /[/]: any/g;",
    "return /as any/.test(x);",
    "Promise.any(all);",
    "x?.any;",
    "const any = 1;",
    "import { any } from 'z';",
    "import { some, any } from 'z';",
    "const s = { any: 1, b: 2 };",
    "type T = { any?: string };",
    "any(1);",
    "const company: string = anyone;",
    'const url = "https://x/any";',
    "const many = a.b / 2; // any\n",
]


@pytest.mark.parametrize(("source", "what"), HOLES.items())
def test_a_hole_is_found_once(source: str, what: str) -> None:
    assert [hole.what for hole in holes(source)] == [what]


@pytest.mark.parametrize("source", NO_HOLES)
def test_what_only_looks_like_a_hole_is_none(source: str) -> None:
    assert holes(source) == []


def test_holes_come_with_their_lines() -> None:
    source = "/* one\ntwo */\nlet a: any;\nconst t = `x\n${b as any}`;\n// @ts-ignore\nc();\n"

    assert [(hole.line, hole.what) for hole in holes(source)] == [(3, "any"), (5, "as any"), (6, "@ts-ignore")]


@given(st.text(alphabet=" \nany:as`${}'\"/\\*@ts-ignore<>()[],;=.?", max_size=60))
@example("`\\")  # a template that the file ends in, behind a backslash
def test_nothing_is_lost_or_invented_whatever_the_source(source: str) -> None:
    tokens = list(tokenize(source))

    assert "".join(token.text for token in tokens).replace(" ", "").replace("\n", "") == "".join(source.split())
    assert all(1 <= token.line <= source.count("\n") + 1 for token in tokens)
    assert len(holes(source)) <= source.count("any") + source.count("@ts-ignore")


def test_a_division_is_no_regular_expression() -> None:
    assert Token("word", "b", 1) in tokenize("x = a / b / c")
