"""No shipped check without proof: `make prove` writes the ledger that these tests read."""

import json

import pytest

from vibehq_smoke.host import Host, shipped
from vibehq_smoke.proved import Entry, Proofs, load
from vibehq_smoke.session import Options, Session

LEDGER = shipped("plugins") / "proof.json"
AGAIN = "run `make prove` and commit plugins/proof.json"


@pytest.fixture(scope="module")
def ledger() -> dict[str, Entry]:
    return load(LEDGER)


@pytest.fixture(scope="module")
def ids() -> set[str]:
    """The checks of all shipped suites."""
    session = Session(Options())
    try:
        for path in shipped("suites").glob("*.toml"):
            session.suites.add(path)
        return {check.id for check in session.suites.plan().selected}
    finally:
        session.close()


def test_every_shipped_check_is_in_the_ledger(ledger: dict[str, Entry], ids: set[str]) -> None:
    assert ids - set(ledger) == set(), f"a check without proof: {AGAIN}"
    assert set(ledger) - ids == set(), f"a proof of no check: {AGAIN}"


def test_none_is_vacuous_unproved_or_falsely_alarmed(ledger: dict[str, Entry]) -> None:
    flawed = {
        id_: "vacuous" if one.vacuous else one.unproved or f"{one.false_alarms} false alarms"
        for id_, one in ledger.items()
        if one.vacuous or one.unproved or one.false_alarms
    }
    assert flawed == {}


def test_each_was_really_tried(ledger: dict[str, Entry]) -> None:
    assert [id_ for id_, one in ledger.items() if not one.mutants or one.alone] == []


def test_none_was_changed_since_it_was_proved() -> None:
    host = Host.load()
    try:
        proofs = Proofs([LEDGER])
        known = {check.id: proofs.of(check) for check in host.graph().checks.values()}
    finally:
        host.close()
    changed = [id_ for id_, proof in known.items() if proof is not None and proof.changed]
    assert changed == [], f"proved before they were changed: {AGAIN}"


def test_the_ledger_is_as_prove_writes_it() -> None:
    told = json.loads(LEDGER.read_text(encoding="utf-8"))
    assert list(told["checks"]) == sorted(told["checks"])
