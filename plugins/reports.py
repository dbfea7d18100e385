"""The reports that every run leaves: one document for machines, one page for people."""

from vibehq_smoke import ReportFormat, hookimpl


@hookimpl
def vibehq_report_formats() -> list[ReportFormat]:
    """``results.json`` and ``report.html``; what renders them is imported only now."""
    from vibehq_smoke.reports import html, json

    return [
        ReportFormat("json", "results.json", json.render),
        ReportFormat("html", "report.html", html.render, html.prepare),
    ]
