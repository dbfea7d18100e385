"""Run the truth table: ``python -m tests.truth [FAULT ...] [--jobs N] [--browser always|expected|never] [--write]``.

Each row is kept as it ends, in reports/truth.jsonl; ``--continue`` takes those that were caught from there.
Exit code 1 when a row is missed or falsely accuses, or when a defect of the profile ``as-built`` is found by nothing.
"""

import argparse
import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from pathlib import Path

import click

from tests.truth.page import NOTHING, PAGE, counts, page, told
from tests.truth.pool import Pool
from tests.truth.rows import Row, Sighting
from tests.truth.verdicts import CAUGHT
from vibehq_smoke.lab.switches import ALL

AS_BUILT = "as-built"
KEPT = Path(__file__).parents[2] / "reports" / "truth.jsonl"
BROWSER = ("always", "expected", "never")


def main() -> int:
    """Run the rows, print a line for each as it ends, then what was missed and who was falsely accused."""
    options = _options()
    ids = _chosen(options.faults)
    kept = _kept() if options.resume else {}
    rows = {id_: kept[id_] for id_ in ids if id_ in kept}
    click.echo(f"{len(ids)} faults, {options.jobs} at once; {len(rows)} are known")
    with Pool(options.jobs, options.browser) as pool:
        waiting = [pool.row(id_) for id_ in ids if id_ not in rows]
        defects = pool.found_in(AS_BUILT) if len(ids) == len(ALL) else None
        for done in as_completed(waiting):
            row = done.result()
            rows[row.id] = row
            _keep(row)
            click.echo(f"{len(rows):4}/{len(ids)}  {row.duration_s:5.1f} s  {row.verdict.word:8}  {row.id}")
            for line in _lines(row):
                click.echo(f"            {line}")
        seen = defects.result() if defects is not None else {}
    return _end(list(rows.values()), seen, write=options.write)


def _kept() -> dict[str, Row]:
    """The rows of earlier runs that were caught when they were run last."""
    lines = KEPT.read_text().splitlines() if KEPT.exists() else []
    latest = {row.id: row for row in map(Row.of_line, lines)}
    return {id_: row for id_, row in latest.items() if row.verdict.word == CAUGHT}


def _keep(row: Row) -> None:
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.open("a") as file:
        file.write(row.as_line() + "\n")


def _end(rows: Sequence[Row], seen: dict[str, Sighting], *, write: bool) -> int:
    click.echo(f"\n{counts(rows)}.")
    said = {switch.id: told(switch, seen[switch.id]) for switch in ALL if switch.id in seen}
    for id_, line in said.items():
        click.echo(f"{AS_BUILT}: {id_}: {line}")
    if write:
        PAGE.write_text(page(ALL, {row.id: row for row in rows}, seen))
        click.echo(f"wrote {PAGE.name}")
    return 1 if NOTHING in said.values() or any(row.verdict.word != CAUGHT for row in rows) else 0


def _lines(row: Row) -> Iterator[str]:
    for word, lines in (("missed", row.verdict.missed), ("accused", row.verdict.accused)):
        for id_, line in lines.items():
            yield f"{word} {id_}: {line.splitlines()[0]}"


def _chosen(names: Sequence[str]) -> list[str]:
    known = [switch.id for switch in ALL]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise SystemExit(f"unknown fault {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
    return list(names) or known


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.truth", description=__doc__.partition("\n")[0])
    parser.add_argument("faults", nargs="*", metavar="FAULT", help="switches of the lab (default: all)")
    parser.add_argument("--jobs", type=int, default=(os.cpu_count() or 1) + 1, metavar="N", help="rows at once")
    parser.add_argument("--browser", choices=BROWSER, default="expected", help="when to look at pages, too")
    parser.add_argument("--continue", dest="resume", action="store_true", help="keep the rows that were caught before")
    parser.add_argument("--write", action="store_true", help="write docs/truth.md")
    options = parser.parse_args()
    if options.write and options.faults:
        parser.error("--write wants all faults: the page is about every one")
    return options


if __name__ == "__main__":
    sys.exit(main())
