"""Faults of the other APIs and of authentication, one or more per check API-01..11."""

from vibehq_smoke.lab.switches.environment import OF_AUTH
from vibehq_smoke.lab.switches.notation import switch

_ANALYTICS = "analytics-api=broken"
_AUTH = "auth=broken"

SWITCHES = (
    # API-01
    switch("health-summary-frozen", "the number of runs falls as runs are added", "health-api=broken", "API-01=failed"),
    switch("health-summary-wrong-shape", "the health summary has other fields", "health-api=broken", "API-01=failed"),
    # API-02
    switch(
        "D-13",
        "analytics answer 500, as if the database binding were a query builder",
        _ANALYTICS,
        "API-02=failed API-03=failed API-04=failed",
        aliases="analytics-500",
    ),
    switch("analytics-ignores-filter", "analytics logs ignore all filters", _ANALYTICS, "API-02=failed"),
    switch("analytics-limit-ignored", "analytics logs return everything at once", _ANALYTICS, "API-02=failed"),
    # API-03
    switch("stats-inconsistent", "success rate and error rate do not add up to 100", _ANALYTICS, "API-03=failed"),
    switch("stats-sum-wrong", "the breakdown does not add up to the total", _ANALYTICS, "API-03=failed"),
    # API-04
    switch("trends-metric-optional", "trends answer without a metric", "analytics-api=degraded", "API-04=failed"),
    switch("trends-empty", "trends have no data points", "analytics-api=degraded", "API-04=failed"),
    switch("trends-average-wrong", "the average of a trend is off by ten", "analytics-api=degraded", "API-04=failed"),
    # API-05
    switch("D-15", "every patch batch is refused", "patch-api=broken", "API-05=failed", aliases="patch-apply-rejects"),
    switch("patch-apply-accepts-invalid", "an invalid patch batch succeeds", "patch-api=broken", "API-05=failed"),
    switch("patch-apply-no-events", "a dry run leaves no events", "patch-api=broken", "API-05=failed"),
    # API-06
    switch("scan-get-html", "GET on the scan path answers with the page of the UI", "ops-scan=broken", "API-06=failed"),
    switch("scan-mock", "scans report constants", "ops-scan=degraded", "API-06=degraded", aliases="D-22"),
    switch("scan-not-stored", "scans are not stored", "ops-scan=broken", "API-06=failed"),
    # API-07
    switch("D-16", "the list of delivery reports answers 500", "delivery-api=broken", "API-07=failed",
           aliases="delivery-500-list"),
    switch("delivery-not-stored", "a delivery report is accepted and not stored", "delivery-api=broken",
           "API-07=failed"),
    switch("delivery-plan-path", "delivery reports answer under the plan's path only", "delivery-api=degraded",
           "API-07=degraded"),
    switch("delivery-retry-stuck", "a retry changes nothing", "delivery-api=broken", "API-07=failed"),
    # API-08
    switch("D-10", "no session is needed anywhere", _AUTH, "API-08=failed", aliases="auth-not-enforced"),
    switch("auth-500", "every route that needs a session answers 500", _AUTH, OF_AUTH),
    # API-09
    switch("csrf-off", "nothing asks for the CSRF pair", _AUTH, "API-09=failed"),
    switch("csrf-on-health-check", "the orchestrator wants a CSRF pair for results of workers",
           _AUTH, "HLT-05=blocked HLT-09=blocked API-09=failed API-10=failed"),
    # API-10
    switch("service-auth-off", "services accept calls without a credential", _AUTH, "API-10=failed"),
    switch("service-auth-any-token", "services accept any credential", _AUTH, "API-10=failed"),
    # API-11
    switch("D-17", "nothing is rate limited", "auth=degraded", "API-11=degraded", aliases="rate-limit-off"),
    switch("rate-limit-500", "the rate limit answers 500 in plain text", _AUTH, "API-11=failed"),
    # ERR-01
    switch("spa-fallback", "an unknown API path answers 200 with the page of the UI"),
)  # fmt: skip
