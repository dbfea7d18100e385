"""Faults of the health API, the health-check protocol and HealthOps, one or more per check HLT-01..14."""

from vibehq_smoke.lab.switches.notation import switch

_API = "health-api=broken"
_PROTOCOL = "health-protocol=broken"

SWITCHES = (
    # HLT-01
    switch(
        "create-starts-all-workers",
        "a run starts over all workers whatever the filters say",
        _API,
        "HLT-01=failed HLT-02=blocked HLT-03=blocked HLT-05=blocked HLT-09=blocked HLT-10=blocked HLT-11=blocked"
        " API-01=blocked",
    ),
    # HLT-02
    switch(
        "D-11",
        "the list of runs reads a database that runs are not written to",
        _API,
        "HLT-02=failed",
        aliases="list-missing-new-runs",
    ),
    switch("list-bare-array", "the list of runs is a bare array", "health-api=degraded", "HLT-02=degraded"),
    # HLT-03
    switch(
        "D-12",
        "the pattern for run ids refuses every real uuid",
        _API,
        "HLT-03=failed HLT-05=blocked HLT-09=blocked HLT-10=blocked HLT-11=blocked",
        aliases="uuid-pattern-broken",
    ),
    switch(
        "status-wrong-run",
        "reading a run returns the record of another run",
        _API,
        "HLT-03=failed HLT-05=blocked HLT-09=blocked HLT-10=blocked HLT-11=blocked",
    ),
    # HLT-04
    switch("workers-count-wrong", "the workers list says one more than it has", _API, "HLT-04=failed"),
    switch("workers-empty", "the workers list is empty", _API, "HLT-04=failed"),
    # HLT-05
    switch("latest-never-updated", "a worker's latest report is always the same old one", _API, "HLT-05=failed"),
    switch("latest-404", "a worker's latest report is never found", _API, "HLT-05=failed"),
    # HLT-06
    switch("execute-no-callback", "a worker acknowledges and never reports", _PROTOCOL, "HLT-06=failed"),
    switch(
        "execute-double-callback",
        "a worker reports every result twice",
        "health-protocol=degraded",
        "HLT-06=degraded",
    ),
    switch("execute-slow-ack", "a worker acknowledges after two and a half seconds", _PROTOCOL, "HLT-06=failed"),
    # HLT-07
    switch("status-wrong-name", "a worker's status carries a display name", _PROTOCOL, "HLT-07=failed"),
    switch("uptime-epoch", "a worker's uptime is the Unix time", "health-protocol=degraded", "HLT-07=degraded"),
    # HLT-08
    switch("quick-inconsistent", "a quick check is healthy without connectivity", _PROTOCOL, "HLT-08=failed"),
    # HLT-09
    switch("result-not-stored", "results are accepted and thrown away", _API, "HLT-05=blocked HLT-09=failed"),
    switch(
        "result-accepts-unknown",
        "a result for a made-up worker check is accepted",
        _API,
        "HLT-05=blocked HLT-09=failed",
    ),
    switch(
        "result-accepts-malformed",
        "a result that is no result is accepted",
        "health-api=broken auth=broken",
        "HLT-05=blocked HLT-09=failed API-09=failed",
    ),
    # HLT-10
    switch(
        "runs-not-stored",
        "starting a run answers 201 and stores nothing",
        "d1-health=broken health-api=broken",
        "HLT-01=degraded HLT-02=failed HLT-03=failed HLT-05=blocked HLT-09=blocked HLT-10=failed HLT-11=blocked"
        " API-01=failed",
        roots="d1-health",
    ),
    switch(
        "run-in-wrong-database", "runs are stored in DB_OPS only", "d1-health=broken", "HLT-10=failed HLT-11=failed"
    ),
    # HLT-11
    switch(
        "worker-rows-missing",
        "a run is stored without its worker rows",
        "d1-health=broken",
        "HLT-05=blocked HLT-09=blocked HLT-11=failed",
    ),
    # HLT-12, HLT-13
    switch("health-ops-no-profiles", "HealthOps knows no test profile", "health-ops=broken", "HLT-12=failed"),
    switch("health-ops-throws", "HealthOps raises at every call", "health-ops=broken", "HLT-12=failed HLT-13=failed"),
    switch(
        "summary-inconsistent",
        "the latest summary passes more tests than there are",
        "health-ops=degraded",
        "HLT-13=failed",
    ),
    switch("summary-missing", "there is no health summary", "health-ops=degraded", "HLT-13=failed"),
    # HLT-14
    switch("source-any", "HealthOps.ts uses `any`", "health-ops=degraded", "HLT-14=failed"),
    switch("source-type-error", "HealthOps.ts does not type-check", "health-ops=degraded", "HLT-14=failed"),
)
