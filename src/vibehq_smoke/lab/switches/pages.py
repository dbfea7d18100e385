"""Faults of Mission Control and the terminal page, one or more per item UI-01..04 and UI-06..11."""

from vibehq_smoke.lab.switches.notation import switch

SWITCHES = (
    switch("ui-blank", "the page's script throws before it draws anything", dead="mission-control"),
    switch("ui-asset-missing", "the page's script answers 404 as HTML", dead="mission-control"),
    switch("ui-wrong-numbers", "the health numbers shown are not those of the API", failed="UI-02"),
    switch("ui-frozen", "the page never updates without a reload", failed="UI-03"),
    switch("ui-console-error", "the page writes an error to the console", failed="UI-04"),
    switch("ui-no-analytics", "the analytics section is missing", dead="analytics-ui"),
    switch("ui-charts-empty", "the charts have axes and no line", failed="UI-07"),
    switch("ui-filter-ignored", "the metric and timeframe filters change nothing", failed="UI-08"),
    switch("ui-export-wrong", "the exported CSV has another header and another name", failed="UI-09"),
    switch("ui-terminal-missing", "the chat page has no terminal", failed="UI-10"),
    switch("ui-terminal-no-connect", "the terminal of the chat page never dials its socket", failed="UI-11",
           at="terminal-ui"),
)  # fmt: skip
