"""The key-value store (contract 1.3, ``kv-config``)."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from vibehq_smoke.lab.storage.kv import KeyValues


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KeyValues]:
    """A new store."""
    with closing(KeyValues.open(tmp_path)) as opened:
        yield opened


def test_a_value_is_set_overwritten_and_removed(store: KeyValues) -> None:
    assert store.get("a", "key") is None
    store.put("a", "key", {"n": [1, None]})
    store.put("b", "key", "other")
    store.put("a", "key", {"n": 2})
    assert (store.get("a", "key"), store.get("b", "key")) == ({"n": 2}, "other")
    assert store.delete("a", "key")
    assert not store.delete("a", "key")
    assert (store.get("a", "key"), store.get("b", "key")) == (None, "other")


def test_the_last_written_comes_first(store: KeyValues) -> None:
    for key in ("x/1", "y/1", "x/2", "x%/3"):
        store.put("a", key, key)
    store.put("a", "x/1", "again")
    assert store.newest("a", "x/") == ["again", "x/2"]
    assert store.newest("a", limit=2) == ["again", "x%/3"]
    assert store.newest("b") == []


def test_values_outlive_the_process(tmp_path: Path) -> None:
    for _ in range(2):
        with closing(KeyValues.open(tmp_path)) as opened:
            opened.put("a", "count", (opened.get("a", "count") or 0) + 1)
    with closing(KeyValues.open(tmp_path)) as opened:
        assert opened.get("a", "count") == 2
