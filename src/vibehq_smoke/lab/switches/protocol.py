"""Faults of the health-check protocol (contract part 4): workers' answers, callbacks, attempts, runs."""

from vibehq_smoke.lab.switches.notation import ALL_WORKERS, FACTORIES, SPECIALISTS, switch

SWITCHES = (
    # HLT-06
    switch("execute-no-callback", "a worker acknowledges and never reports",
           failed="HLT-06 WRK-04 WRK-08 ERR-04 ERR-05 ERR-06", blocked="WRK-06 FAC-05 FAC-09 ERR-07 ERR-08",
           because="they judge results, and there is none"),
    switch("execute-double-callback", "a worker reports every result twice", failed="WRK-08 ERR-05", degraded="HLT-06"),
    switch("execute-slow-ack", "a worker acknowledges after two and a half seconds", failed="HLT-06 ERR-04"),
    switch("callback-late", "results are delivered 20 s late",
           unseen="20 s are within the limits: 30 s for a direct check, 60 s for watching a run"),
    # INF-10, HLT-07, HLT-08
    switch("status-wrong-name", "a worker's status carries a display name", failed="INF-10", at=ALL_WORKERS),
    switch("uptime-epoch", "a worker's uptime is the Unix time", degraded="HLT-07"),
    switch("quick-inconsistent", "a quick check is healthy without connectivity", failed="HLT-08"),
    # WRK-08, ERR-04..06
    switch("delivery-no-retry", "a result that was refused is not sent again", failed="WRK-08 ERR-05"),
    switch("delivery-retry-gaps-wrong", "refused results are sent again at once, without the gaps of 1 s and 2 s",
           failed="WRK-08 ERR-05"),
    switch("timeout-ignored", "a worker's per-attempt timeout is not enforced", failed="ERR-04 ERR-06"),
    switch("attempts-wrong", "a check that timed out is tried once, whatever max_retries says", failed="ERR-06"),
    # WRK-02, WRK-04, WRK-06
    switch("worker-stays-pending", "dispatch never marks the row of a worker as running", failed="WRK-02"),
    switch("run-never-completes", "all workers report, and the run stays running", failed="WRK-04 ERR-08",
           at="orchestrator"),
    switch("run-score-wrong", "the score of a run is not the mean of its workers'", failed="WRK-04", at="orchestrator"),
    switch("result-overwrites", "a later result for the same worker check replaces the first",
           unseen="no item sends two results for one worker check"),
    switch("database-probe-fails", "workers report that the database cannot be reached", failed="WRK-06",
           degraded="FAC-05 FAC-09", at=f"rpc-gateway {ALL_WORKERS}"),
    # FAC-05..09
    switch("factories-degraded", "all factories report that they are degraded", degraded="FAC-05", at=FACTORIES),
    switch("specialists-critical", "all specialists report that they are critical", failed="FAC-09", at=SPECIALISTS),
    switch("conflict-accepts-empty", "the conflict specialist takes an empty order", failed="FAC-06"),
    switch("report-not-found-500", "the delivery-report specialist answers 500 for an unknown report",
           failed="FAC-07"),
    switch("health-specialist-unhealthy", "health-specialist says that it is unhealthy", failed="FAC-08"),
    switch("health-specialist-no-profiles-run", "the cron of health-specialist leaves no summary",
           unseen="no item fires the cron of health-specialist"),
    switch("worker-cut-off", "agent-factory says that it cannot reach the orchestrator, which it can",
           failed="INF-08 WRK-05", at="agent-factory"),
    switch("execute-wrong-uuid", "the acknowledgement of a health check names another uuid", failed="HLT-06 WRK-03",
           at=f"health-protocol {ALL_WORKERS}"),
    switch("dispatch-unbound", "the rows of a run fail at once with a service binding that is missing",
           failed="WRK-01 WRK-04 ERR-08", at="orchestrator",
           blocked="WRK-02 WRK-06 FAC-05 FAC-09 HLT-09", because="no worker is ever asked"),
    switch("dead-target-500", "starting a run over a worker that is dead answers 500", failed="INF-09 ERR-03",
           at="health-api"),
    switch("logging-failure-fatal", "a worker whose line is not logged reports no result", failed="ERR-07"),
    # INF-07: three connections of four leave a worker degraded; without Logging it counts as cut off (part 4)
    switch("rpc-logging-fails", "the Logging entrypoint raises at every call", dead="rpc-gateway:Logging"),
    switch("rpc-tasks-fails", "the Tasks entrypoint raises at every call", dead="rpc-gateway:Tasks",
           degraded="FAC-05 FAC-09", at=ALL_WORKERS),
)  # fmt: skip
