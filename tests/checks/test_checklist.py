"""The shipped checks are the items of the checklist, as the lab's own transcription of the contract has them."""

import pytest

from vibehq_smoke.host import Host
from vibehq_smoke.lab.expectations.items import Item, checklist
from vibehq_smoke.models import CheckSpec, Mode

CATEGORIES = {
    "INF": ("infrastructure", 13), "HLT": ("health", 14), "API": ("api", 11), "WRK": ("workers", 11), "UI": ("ui", 12),
    "FAC": ("factories", 9), "AIP": ("ai_providers", 9), "PAT": ("patches", 8), "AUT": ("automation", 8),
    "ERR": ("errors", 9),
}  # fmt: skip
"""Prefix -> category, and how many items the contract has there (part 2)."""

CONTRACT: tuple[Item, ...] = tuple(item for item in checklist() if item.id.partition("-")[0] in CATEGORIES)


@pytest.fixture(scope="module")
def specs(host: Host) -> dict[str, list[CheckSpec]]:
    """The checks of each item: several where one is made for each worker."""
    found: dict[str, list[CheckSpec]] = {}
    for check in host.graph().checks.values():
        found.setdefault(check.spec.family, []).append(check.spec)
    return found


def test_every_item_of_the_contract_is_there(specs: dict[str, list[CheckSpec]]) -> None:
    assert len(CONTRACT) == sum(count for _, count in CATEGORIES.values())
    assert {item.id for item in CONTRACT} <= set(specs)


@pytest.mark.parametrize("prefix", CATEGORIES)
def test_a_category_has_the_items_of_the_contract_and_no_other(specs: dict[str, list[CheckSpec]], prefix: str) -> None:
    category, count = CATEGORIES[prefix]
    ids = {id_ for id_, several in specs.items() if several[0].category == category}
    assert ids == {f"{prefix}-{number:02}" for number in range(1, count + 1)}


@pytest.mark.parametrize("item", CONTRACT, ids=lambda item: item.id)
def test_an_item_ranks_and_accuses_as_in_the_contract(specs: dict[str, list[CheckSpec]], item: Item) -> None:
    for spec in specs[item.id]:
        assert spec.priority.value == f"p{item.priority}"
        assert spec.component in item.components
        assert (spec.mode is Mode.BROWSER) == (item.mode == "B")
        assert (spec.mode is Mode.SOURCE) == (item.mode == "S")
        assert (spec.mode is Mode.WRANGLER) == (item.mode == "W")


@pytest.mark.parametrize("item", CONTRACT, ids=lambda item: item.id)
def test_an_item_says_in_a_sentence_what_it_asserts(specs: dict[str, list[CheckSpec]], item: Item) -> None:
    for spec in specs[item.id]:
        assert spec.description.endswith(".")
        assert len(spec.description.split()) >= 7
