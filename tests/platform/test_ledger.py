"""The ledger and its SQL, which a person pastes into a shell: nothing the target says may change its meaning."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.platform import Ledger
from vibehq_smoke.platform.ledger import delete


def test_what_was_created_is_entered_with_its_clean_up() -> None:
    ledger = Ledger()
    ledger.enter("HLT-01", "health run", "abc", database="DB_HEALTH", table="health_checks", where="health_check_uuid")
    ledger.enter("API-07", "delivery report", 7, database="DB_OPS", table="delivery_reports")
    ledger.enter("PAT-03", "patch event", "x", table="patch_events", where={"patch_id": "smoke-1", "id": 5})
    ledger.enter("API-11", "session", "y")
    assert [entry.cleanup_sql for entry in ledger.entries] == [
        "DELETE FROM health_checks WHERE health_check_uuid = 'abc';",
        "DELETE FROM delivery_reports WHERE id = 7;",
        "DELETE FROM patch_events WHERE patch_id = 'smoke-1' AND id = 5;",
        None,
    ]
    assert ledger.entries[1].id == "7"
    assert ledger.entries[0].database == "DB_HEALTH"


@given(st.text())
def test_no_id_from_the_target_deletes_another_row(hostile: str) -> None:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE things (id TEXT)")
        database.execute("INSERT INTO things VALUES ('ours')")
        database.execute(delete("things", "id", hostile) if hostile != "ours" else "SELECT 1")
        assert database.execute("SELECT count(*) FROM things").fetchone() == (1,)
    database.close()


@given(st.text())
def test_the_sql_is_one_line(hostile: str) -> None:
    sql = delete("things", "id", hostile)
    assert len(sql.splitlines()) == 1
    assert sql.startswith("DELETE FROM things WHERE id = '")
    assert sql.endswith("';")


@pytest.mark.parametrize(("table", "where"), [("a; drop", "id"), ("a", "1=1 or id"), ("a", {"x y": 1}), ("a", {})])
def test_odd_names_and_empty_conditions_are_refused(table: str, where: str | dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"plain SQL name|without a condition"):
        delete(table, where, "1")
