"""The dashboard of health-specialist as a page for people: plain HTML, numbers from the stored rows only."""

from collections.abc import Iterable
from html import escape

from vibehq_smoke.lab.serving.replies import Json

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .6rem; }
tr + tr { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
.figures { display: flex; flex-wrap: wrap; gap: 2rem; margin: 1rem 0; padding: 0; }
.figures div { min-width: 6rem; } dt { opacity: .7; } dd { margin: 0; font-size: 1.6rem; }
.scroll { overflow-x: auto; }
"""


def dashboard_page(view: Json | None) -> str:
    """The page of a dashboard view (``HealthViews.dashboard``); None says that there are no data."""
    content = "<p>Health data is unavailable.</p>" if view is None else _content(view)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Health dashboard</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>Health dashboard</h1>{content}</body></html>\n"
    )


def _content(view: Json) -> str:
    return _summary(view["summary"]) + _profiles(view["profiles"]) + _results(view["recentResults"])


def _summary(summary: Json) -> str:
    if "tests" not in summary:
        return f"<p>{escape(summary['message'])}.</p>"
    figures = {"Status": summary["status"], "Date": summary["date"], **summary["tests"]}
    figures["Mean duration"] = f"{summary['performance']['averageLatency']:.0f} ms"
    cells = "".join(f"<div><dt>{escape(k.title())}</dt><dd>{escape(str(v))}</dd></div>" for k, v in figures.items())
    issues = "".join(f"<li>{escape(issue)}</li>" for issue in summary["issues"])
    return f'<dl class="figures">{cells}</dl>' + (f"<h2>Issues</h2><ul>{issues}</ul>" if issues else "")


def _profiles(profiles: list[Json]) -> str:
    rows = []
    for profile in profiles:
        figures = profile["metrics"] or {"runs": 0, "passed": 0, "averageMs": None}
        mean = "none" if figures["averageMs"] is None else f"{figures['averageMs']:.0f} ms"
        rows.append((profile["name"], profile["category"], f"{figures['passed']} of {figures['runs']}", mean))
    return "<h2>Profiles, last 30 days</h2>" + _table(("Profile", "Category", "Passed", "Mean duration"), rows)


def _results(results: list[Json]) -> str:
    rows = [(row["started_at"], row["profile_name"], row["status"], row["error_message"] or "") for row in results]
    return "<h2>Newest results</h2>" + _table(("Time", "Profile", "Status", "Error"), rows)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
