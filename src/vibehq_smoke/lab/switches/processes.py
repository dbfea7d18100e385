"""Faults of the orchestrator as a process and of what stands before it: port, clock, certificate, limits.

An orchestrator whose public status is not what R4 asks for is as good as dead.
"""

from vibehq_smoke.lab.switches.notation import switch

_SLOW = "no item has a time limit that 1.5 s break"
_CLOCKS = "no item compares the platform's clock with another"
_PLAIN_HTTP = "no item looks at a certificate, and the platform is addressed over plain HTTP"

SWITCHES = (
    switch("orchestrator-down", "the port of the orchestrator refuses connections", dead="orchestrator"),
    switch("orchestrator-500", "every path of the orchestrator answers 500", dead="orchestrator"),
    switch("orchestrator-html", "every path of the orchestrator answers 200 with HTML", dead="orchestrator"),
    switch("orchestrator-hang", "the orchestrator accepts requests and never answers", dead="orchestrator"),
    switch("orchestrator-slow", "every answer of the orchestrator takes 1.5 s longer", unseen=_SLOW),
    switch("orchestrator-flapping", "every third request to the orchestrator answers 500", flapping="orchestrator"),
    switch("orchestrator-wrong-content-type", "the orchestrator sends JSON as text/plain", dead="orchestrator"),
    switch("api-slow", "every answer under /api/ takes 1.5 s longer", unseen=_SLOW),
    switch("rate-limit-storm", "every call under /api/ answers 429 with Retry-After", dead="orchestrator"),
    switch("clock-skew-orchestrator", "all timestamps of the orchestrator are ten minutes ahead", unseen=_CLOCKS),
    switch("clock-skew-agent-factory", "all timestamps of agent-factory are ten minutes behind", unseen=_CLOCKS),
    switch("tls-expiring", "the certificate of the https port ends in three days", unseen=_PLAIN_HTTP),
    switch("tls-expired", "the certificate of the https port ended yesterday", unseen=_PLAIN_HTTP),
    switch("tls-wrong-host", "the certificate of the https port is for another name", unseen=_PLAIN_HTTP),
    switch("version-metadata-missing", "answers carry no x-version-id", failed="INF-13", at="orchestrator"),
    switch("body-limit-off", "bodies of any size are read", unseen="section 3.5 asks for the limit, no item does"),
)
