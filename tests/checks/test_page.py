"""``docs/checks.md`` says what the checks are."""

from pathlib import Path

from .table import shipped_page


def test_the_page_is_made_from_the_checks() -> None:
    page = Path(__file__).parents[2] / "docs" / "checks.md"

    assert page.read_text(encoding="utf-8") == shipped_page(), "run: python -m tests.checks.table > docs/checks.md"
