"""What nobody should send: bodies, values, SQL statements."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

RAW: Mapping[str, bytes] = MappingProxyType(
    {
        "nothing": b"",
        "no JSON": b'{"a":',
        "no UTF-8": b'{"a": "\xff\xfe"}',
        "a list": b"[1, 2]",
        "a number out of range": b'{"limit": 1e999, "patchId": -1e999}',
        "a lone surrogate": b'{"question": "\\ud800", "email": "\\udfff", "source": "\\ud800"}',
        "a null character": b'{"question": "\\u0000", "specialist": "\\u0000", "activity": "\\u0000"}',
        "deep nesting": b"[" * 50_000,
        "a deep object": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        "a repeated key": b'{"email": 1, "email": []}',
        "too much": b'{"a": "' + b"x" * 1_100_000 + b'"}',
    }
)
JUNK: tuple[Any, ...] = (
    None, True, -1, 10**30, 1.5e308, "", "x" * 5_000, "\x00💥", "'; DROP TABLE users --", [[]],
    {}, {"id": None}, {"id": -1}, {"limit": 10**30}, {"": {"": {}}},
)  # fmt: skip
STATEMENTS = (
    "", ";", "select", "select 1; select 2", "delete from users", "pragma writable_schema=1", "attach 'x' as y",
    "with x as (select 1) insert into users select 1", "select load_extension('x')", "select ?", "select x'00ff'",
    "select zeroblob(1000000000)", "select printf('%.*c', 20000000, 'x')", "select 9e999", "select '\x00'",
    "values (1), (2)", "explain select 1",
    "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c",
)  # fmt: skip
