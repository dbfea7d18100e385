"""Faults of the AI providers, their router and the CLI agents, one or more per item AIP-01..09."""

from vibehq_smoke.lab.switches.notation import ALL_WORKERS, switch

SWITCHES = (
    # Only the provider can be asked after. Workers lose one of three connections, which leaves them degraded (part 4).
    switch("ai-binding-down", "the model binding is gone, so workers-ai is unavailable", dead="ai-workers",
           degraded="FAC-05 FAC-09", at=ALL_WORKERS),
    switch("ai-gateway-down", "the configured gateway providers are unavailable", dead="ai-gateway"),
    # A failed execution is recorded as well as one that ended well, so AIP-05 holds.
    switch("ai-over-quota", "every execution fails with a quota error", dead="cli-agents"),
    switch("router-ignores-cost", "the router takes the dearest provider whatever the cost profile", failed="AIP-01"),
    switch("manual-override-ignored", "a provider chosen by hand is ignored", failed="AIP-01"),
    switch("assignment-not-recorded", "an assignment succeeds and is not recorded", failed="AIP-04"),
    switch("execution-not-recorded", "an execution succeeds and is not recorded", failed="AIP-05"),
    switch("cli-env-missing", "CLI agents get none of the injected names", failed="AIP-07"),
    switch("cli-env-leak", "the value of a secret appears in the output and the logs of a CLI agent", failed="AIP-07"),
    switch("cli-output-unparsed", "the JSON output of a CLI agent comes back as text", failed="AIP-08"),
    switch("unknown-provider-succeeds", "an unknown provider is said to work", failed="AIP-09"),
    switch("clarify-accepts-empty", "an empty question to the clarifier is accepted", failed="AIP-09"),
)  # fmt: skip
