"""Faults of analytics, delivery reports and authentication, one or more per item API-02..11, and of refusals."""

from vibehq_smoke.lab.switches.notation import switch

SWITCHES = (
    # API-02..04
    switch("analytics-ignores-filter", "analytics logs ignore all filters", failed="API-02"),
    switch("analytics-limit-ignored", "analytics logs return everything at once", failed="API-02"),
    switch("stats-inconsistent", "success rate and error rate do not add up to 100", failed="API-03"),
    switch("stats-sum-wrong", "the breakdown does not add up to the total", failed="API-03"),
    switch("trends-metric-optional", "trends answer without a metric", failed="API-04 ERR-01", at="analytics-api"),
    switch("trends-empty", "trends have no data points", failed="API-04", blocked="UI-07 UI-09",
           because="without points there is nothing to draw or to export"),
    switch("trends-average-wrong", "the average of a trend is off by ten", failed="API-04"),
    # API-07
    switch("delivery-not-stored", "a delivery report is accepted and not stored", failed="API-07"),
    switch("delivery-plan-path", "delivery reports answer under the plan's path only", degraded="API-07"),
    switch("delivery-retry-stuck", "a retry changes nothing", failed="API-07"),
    # API-08..11
    switch("auth-500", "every route that needs a session answers 500", dead="auth:session", failed="API-08"),
    switch("csrf-off", "nothing asks for the CSRF pair", failed="API-09"),
    switch("csrf-on-health-check", "the orchestrator wants a CSRF pair for results of workers",
           failed="HLT-09 API-09 API-10 WRK-04 ERR-01 ERR-08", at="orchestrator health-api",
           blocked="WRK-06 FAC-05 FAC-09", because="they judge results, and none arrives"),
    switch("service-auth-off", "services accept calls without a credential", failed="API-10"),
    switch("service-auth-any-token", "services accept any credential", failed="API-10"),
    switch("rate-limit-500", "the rate limit answers 500 in plain text", failed="API-11"),
    # ERR-01
    switch("spa-fallback", "an unknown API path answers 200 with the page of the UI", failed="ERR-01",
           at="orchestrator"),
    switch("hil-status-unchecked", "a request for a human takes any status", failed="ERR-01", at="hil"),
    switch("factory-name-unchecked", "a factory may have any name", failed="ERR-01", at="orchestrator"),
    # section 3.3
    switch("webhook-unsigned", "the GitHub webhook takes events without a signature",
           unseen="section 3.3 asks for the signature, no item does"),
    switch("sentry-any-dsn", "the Sentry tunnel forwards to any DSN",
           unseen="section 3.3 asks for the check, no item does"),
)  # fmt: skip
