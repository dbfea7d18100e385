"""The table of faults in ``docs/lab.md``: ``python -m tests.lab.table`` writes it anew."""

from itertools import groupby
from pathlib import Path

from vibehq_smoke.lab.faults import Switch
from vibehq_smoke.lab.switches import ALL

PAGE = Path(__file__).parents[2] / "docs" / "lab.md"
BEGIN, END = "<!-- faults -->\n", "<!-- /faults -->"


def page_with_table(page: str) -> str:
    """`page` with a fresh table between the marks."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return before + BEGIN + table() + END + after


def table() -> str:
    """All switches, one row each."""
    rows = ["| id | also | what goes wrong | components | checks |", "|---|---|---|---|---|"]
    rows += [_row(switch) for switch in ALL]
    return "\n".join(rows) + "\n"


def _row(switch: Switch) -> str:
    components = ", ".join(
        f"**{name}** {status}" if name in switch.root_causes else f"{name} {status}"
        for name, status in switch.components
    )
    by_state = groupby(sorted(switch.checks, key=lambda pair: pair[1], reverse=True), key=lambda pair: pair[1])
    checks = "; ".join(f"{state}: {', '.join(check for check, _ in group)}" for state, group in by_state)
    also = ", ".join(f"`{alias}`" for alias in switch.aliases)
    return f"| `{switch.id}` | {also} | {switch.summary} | {components or 'none'} | {checks or 'none'} |"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
