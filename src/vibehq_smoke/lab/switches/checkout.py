"""Faults of the source checkout and the wrangler files: bindings, migrations, types, the patch manager."""

from vibehq_smoke.lab.switches.notation import switch

SWITCHES = (
    # HLT-14, INF-04, INF-05, UI-05: all of them type-check, the first three the same file
    switch("source-any", "HealthOps.ts uses `any`", failed="HLT-14"),
    switch("source-type-error", "HealthOps.ts does not type-check", failed="INF-04 INF-05 HLT-14", at="d1-health"),
    switch("kysely-table-missing", "a table is missing in the Kysely model", failed="INF-04", at="d1-health"),
    switch("drizzle-column-wrong", "a column has another name in the Drizzle model", failed="INF-05", at="d1-health"),
    switch("ui-type-error", "a source file of the pages does not type-check", failed="UI-05"),
    # INF-02, INF-06, INF-07, INF-10, INF-12, INF-13, WRK-10
    switch("wrangler-broken", "the wrangler file of data-factory is no JSONC", failed="INF-02",
           blocked="INF-10 INF-12 INF-13", because="what a file says cannot be judged before it can be read"),
    switch("wrangler-binding-missing", "one of the 18 bindings is missing in every wrangler file",
           failed="INF-02 INF-06"),
    switch("wrangler-entrypoint-wrong", "one of the 18 bindings names a class that there is not", failed="INF-06"),
    switch("wrangler-service-name-wrong", "the orchestrator binds a conflict specialist that no worker is named",
           failed="WRK-10"),
    switch("wrangler-observability-off", "the wrangler file of services-factory turns observability off",
           failed="INF-12", at="services-factory"),
    switch("wrangler-version-metadata-missing", "the wrangler file of ui-factory binds no version metadata",
           failed="INF-13", at="ui-factory"),
    switch("wrangler-worker-name-missing", "the wrangler file of cloudflare-expert-specialist lacks WORKER_NAME",
           failed="INF-10", at="cloudflare-expert"),
    switch("wrangler-health-targets-empty", "the orchestrator's wrangler file lists no health targets",
           failed="INF-10", at="orchestrator"),
    switch("entrypoint-not-exported", "the orchestrator's main module exports all entrypoints but one",
           failed="INF-06 INF-07"),
    # INF-03
    switch("migration-broken", "the last migration of DB_OPS has a syntax error", failed="INF-03", at="d1-ops"),
    switch("migration-unapplied", "the checkout has a migration that the live DB_OPS does not list", failed="INF-03",
           at="d1-ops"),
    # PAT-01, PAT-02, PAT-05
    switch("patch-manager-missing", "the patch manager script is not there", dead="patch-manager"),
    switch("patchctl-broken", "patchctl exits with 1 for every command", failed="PAT-01"),
    switch("patch-manager-wrong-result", "the patch manager replaces the wrong lines", failed="PAT-02"),
    switch("patch-manager-not-atomic", "earlier operations of a batch stay applied when a later one fails",
           failed="PAT-02"),
    switch("patch-manager-accepts-invalid", "the patch manager finds any batch valid", failed="PAT-02 PAT-05",
           at="patch-manager"),
)  # fmt: skip
