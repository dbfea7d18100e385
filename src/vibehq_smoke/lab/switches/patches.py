"""Faults of the patch API: batches, events, logs, statistics and trends."""

from vibehq_smoke.lab.switches.notation import switch

SWITCHES = (
    switch("patch-apply-accepts-invalid", "an invalid patch batch succeeds", failed="API-05 PAT-05"),
    switch("patch-apply-no-events", "a dry run leaves no events", failed="API-05"),
    switch("patch-event-not-stored", "a patch event is accepted and not stored", failed="PAT-03"),
    switch("patch-event-accepts-invalid", "a patch event without its fields is accepted", failed="PAT-03"),
    switch("patch-logs-limit-unchecked", "patch logs take any limit", failed="PAT-06 ERR-01", at="patch-api"),
    switch("patch-stats-inconsistent", "the breakdowns of patch statistics do not add up to the total",
           failed="PAT-07"),
    switch("patch-trends-wrong", "the error rate of patch trends is not 100 less the success rate", failed="PAT-08"),
    switch("patch-trends-any-metric", "patch trends take an unknown metric", failed="PAT-08 ERR-01", at="patch-api"),
)  # fmt: skip
