"""The defects as built (contract 12.2) that a running platform or its checkout can show.

D-30 is about the platform's own test runner and has nothing to show. Where 12.2 books a defect under an item whose
text says something else, the text decides.
"""

from vibehq_smoke.lab.switches.notation import ALL_WORKERS, switch

_INHERITING = ALL_WORKERS.replace("health-specialist ", "")

SWITCHES = (
    switch("D-01", "the orchestrator's source does not compile, and its port refuses connections",
           dead="orchestrator"),
    switch("D-02", "the database schema of the checkout exports a name twice and imports what is not there",
           failed="INF-04 INF-05", at="d1-health"),
    switch("D-03", "migrations stop at the one that violates its own constraint, so later ones stay pending",
           failed="INF-03", at="d1-ops d1-health"),
    # Seen from outside, the Tasks entrypoint has no table to read.
    switch("D-04", "the tables for orders, tasks, errors, specialists and containers do not exist",
           dead="rpc-gateway:Tasks", degraded="FAC-05 FAC-09", at=ALL_WORKERS),
    switch("D-05", "the orchestrator exports none of the 18 entrypoints, so every RPC fails", dead="rpc-gateway",
           failed="INF-02 INF-06"),
    switch("D-06", "workers inherit no binding from the shared file, and specialists have no compatibility date",
           failed="INF-02 INF-12 INF-13", at=_INHERITING),
    switch("D-07", "factories have no entry module, so none of them is there",
           dead="agent-factory data-factory services-factory ui-factory"),
    switch("D-08", "no worker serves the health-check paths, and the pages shadow the orchestrator's",
           dead="health-protocol"),
    switch("D-09", "the domain is not configured, so every path answers 500 in plain text", dead="orchestrator",
           aliases="custom-domain-empty"),
    switch("D-10", "no session is needed anywhere", failed="API-08", aliases="auth-not-enforced"),
    switch("D-11", "the list and the end of runs look for them in a database that they are not written to",
           failed="HLT-02 WRK-04 ERR-08", at="health-api orchestrator", aliases="list-missing-new-runs"),
    switch("D-12", "the pattern for run ids refuses every real uuid", failed="HLT-03 ERR-01", at="health-api",
           aliases="uuid-pattern-broken"),
    switch("D-13", "analytics and what patches make of their events answer 500, as if a binding built queries",
           dead="analytics-api", failed="PAT-06 PAT-07 PAT-08", aliases="analytics-500"),
    switch("D-14", "the patch event logger lacks the method that its callers use, so they answer 500",
           failed="API-05 PAT-03"),
    switch("D-15", "every patch batch is refused", failed="API-05", aliases="patch-apply-rejects"),
    switch("D-16", "the lists of delivery reports, patch logs and factories answer 500", failed="API-07 PAT-06",
           aliases="delivery-500-list"),
    switch("D-17", "nothing is rate limited", degraded="API-11", aliases="rate-limit-off"),
    switch("D-18", "machines need the CSRF pair too, which they do not have",
           unseen="items send the pair wherever R7 asks for it, so only machines notice"),
    switch("D-19", "the patch socket is served from the pages and never accepted", dead="ws-patch-hub"),
    switch("D-20", "the scheduled handler is not on the default export, so no cron can fire", dead="cron"),
    switch("D-21", "cron never starts health checks", failed="AUT-03"),
    switch("D-22", "scans report constants, file made-up issues, and are not broadcast", failed="AUT-07",
           degraded="API-06 AUT-05", aliases="scan-mock"),
    switch("D-23", "a malformed body on starting a run or a scan starts one",
           unseen="ERR-01 and AUT-08 send no such body unless told to, since it starts a run over all workers"),
    switch("D-24", "a malformed body on delivery reports and patch events answers 500", failed="ERR-01",
           at="patch-api delivery-api"),
    switch("D-25", "Mission Control expects another envelope, polls what does not exist and shows made-up numbers",
           failed="UI-02 UI-03 UI-04"),
    switch("D-26", "CLI execution is simulated, executions are not recorded, and errors are swallowed",
           dead="cli-agents", failed="AIP-05"),
    switch("D-27", "the API of health-specialist answers 500, but for starting a run", failed="HLT-12 HLT-13",
           at="health-specialist"),
    switch("D-28", "patchctl does not find its script, dry runs notify, and batches are not atomic",
           failed="PAT-01 PAT-02"),
    switch("D-29", "run timeouts are never enforced, and runs with dead workers never finish", failed="ERR-08"),
    switch("D-31", "three hub classes are not migrated, so hubs and terminal refuse the upgrade",
           dead="hub-health hub-ops", failed="UI-11"),
    switch("D-32", "the deploy workflows use folders that are gone", unseen="no item reads the deploy workflows"),
    switch("D-33", "attempts that timed out keep running and overwrite the verdict; missing options crash",
           failed="ERR-04"),
)  # fmt: skip

# A platform that does not compile (D-01) or has no domain (D-09) answers nothing, so that nothing else could be seen.
# D-05, D-07 and D-08 take a part of the platform away and hide what is wrong behind it, as they do where it was built.
_ALONE = ("D-01", "D-09")
AS_BUILT = tuple(found.id for found in SWITCHES if found.id not in _ALONE)
