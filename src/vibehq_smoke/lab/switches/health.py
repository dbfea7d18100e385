"""Faults of the health API and HealthOps, one or more per item HLT-01..05 and HLT-09..13, and of suite reports."""

from vibehq_smoke.lab.switches.notation import switch

SWITCHES = (
    # HLT-01..05, INF-10
    switch("create-starts-all-workers", "a run starts over all workers whatever the filters say", failed="HLT-01"),
    switch("list-bare-array", "the list of runs is a bare array", degraded="HLT-02"),
    switch("status-wrong-run", "reading a run returns the record of another run", failed="HLT-03"),
    switch("workers-count-wrong", "the workers list says one more than it has", failed="HLT-04"),
    switch("workers-empty", "the workers list is empty", failed="HLT-04"),
    switch("health-targets-wrong", "the workers list lacks ui-factory", failed="INF-10", at="ui-factory"),
    switch("latest-never-updated", "a worker's latest report is always the same old one", failed="HLT-05"),
    switch("latest-404", "a worker's latest report is never found", failed="HLT-05"),
    # HLT-09
    switch("result-not-stored", "results are accepted and thrown away", failed="HLT-09 WRK-04 ERR-08",
           at="orchestrator", blocked="WRK-06 FAC-05 FAC-09", because="they judge results, and there is none"),
    switch("result-accepts-unknown", "a result for a made-up worker check is accepted", failed="HLT-09"),
    switch("result-accepts-malformed", "a result that is no result is accepted", failed="HLT-09 API-09 ERR-01"),
    # HLT-10, HLT-11
    switch("runs-not-stored", "starting a run answers 201 and stores nothing", failed="HLT-02 HLT-03 HLT-10",
           blocked="UI-03", because="there is no run whose news could show"),
    switch("run-in-wrong-database", "runs are stored in DB_OPS only", failed="HLT-10 HLT-11"),
    switch("worker-rows-missing", "a run is stored without its worker rows", failed="HLT-11",
           blocked="INF-09 HLT-09 WRK-01 FAC-05 FAC-09 ERR-03 ERR-08",
           because="they judge the row of a worker, and there is none"),
    # HLT-12, HLT-13
    switch("health-ops-no-profiles", "HealthOps knows no test profile", failed="HLT-12"),
    switch("health-ops-throws", "HealthOps raises at every call", dead="health-ops", failed="INF-07"),
    switch("summary-inconsistent", "the latest summary passes more tests than there are", failed="HLT-13"),
    switch("summary-missing", "there is no health summary", failed="HLT-13"),
    # API-01, WRK-09
    switch("health-summary-frozen", "the number of runs falls as runs are added", failed="API-01"),
    switch("health-summary-wrong-shape", "the health summary has other fields", failed="API-01"),
    switch("test-record-lost", "a suite report is accepted and not stored", failed="WRK-09"),
)  # fmt: skip
