"""Faults of scans, cron, logs and quarantine, one or more per item of automation and of what must be logged."""

from vibehq_smoke.lab.switches.notation import switch

SWITCHES = (
    # A fired cron is judged by its effects, not by the answer (contract part 7), so AUT-01 holds.
    switch("cron-not-firing", "firing a cron answers ok and nothing happens", failed="AUT-02 AUT-03 AUT-04"),
    switch("cron-wrong-scope", "the daily cron scans incrementally, the four-hourly one fully", failed="AUT-02"),
    switch("cron-runs-unknown", "an unknown cron expression scans too", failed="AUT-01"),
    switch("cron-no-log", "a cron leaves no log line", failed="AUT-04"),
    switch("scan-accepts-invalid-type", "a scan of an unknown type is run", failed="AUT-08"),
    switch("scan-findings-differ", "the stored findings of a scan are not those of its answer", failed="AUT-06"),
    # The row is a side effect that AUT-05 names, and API-06 is AUT-05 by another name.
    switch("scan-not-stored", "scans are not stored", failed="API-06 AUT-02 AUT-05 AUT-06", at="ops-scan"),
    switch("scan-get-html", "GET on the scan path answers with the page of the UI", failed="API-06"),
    switch("specialist-log-lost", "the activity log of specialists accepts entries and stores none", failed="WRK-07",
           at="specialist-log"),
    switch("operation-log-lost", "the Logging entrypoint answers success and stores nothing", failed="WRK-07"),
    switch("error-not-logged", "failures leave no line in the operation log", failed="ERR-09"),
    switch("quarantine-ignored", "the code-quality monitor never quarantines",
           unseen="no item asks for quarantine: the monitor is not deployed (1.3)"),
)  # fmt: skip
