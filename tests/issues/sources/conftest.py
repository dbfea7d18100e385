"""What other tools really wrote, and a place to read it in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vibehq_smoke.issues.batch import Batch, Sighting
from vibehq_smoke.issues.sources.context import Context
from vibehq_smoke.issues.writing.surroundings import Surroundings

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2100, 1, 1, tzinfo=UTC)


def sample(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


def titles(batch: Batch) -> list[str]:
    return [sighting.ticket.title for sighting in batch.sightings]


def subjects(batch: Batch) -> set[str]:
    return {symptom.subject for sighting in batch.sightings for symptom in sighting.symptoms}


def sections(sighting: Sighting) -> dict[str, str]:
    return {section.heading: section.text for section in sighting.ticket.sections}


def everything(batch: Batch) -> str:
    """All text that could leave the machine."""
    return batch.model_dump_json()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with the files that the samples speak of."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "price.ts").write_text(
        "export interface Price {\n  amount: number\n  currency: string\n}\n\n"
        "export function total(prices: Price[]): Price {\n"
        '  let amount = "0"\n  for (const price of prices) amount += price.amount\n'
        '  return { amount, currency: "GBP" }\n}\n'
    )
    return tmp_path


@pytest.fixture
def context(checkout: Path) -> Context:
    around = Surroundings(
        root=checkout,
        repo="acme/shop",
        server_url="https://github.com",
        commit="4c1e7a2d9b3f5a6c7e8d9f0a1b2c3d4e5f6a7b8c",
        run_url="https://github.com/acme/shop/actions/runs/77",
        workflow="CI",
        job="build",
        branch="main",
    )
    return Context(surroundings=around, now=NOW)
