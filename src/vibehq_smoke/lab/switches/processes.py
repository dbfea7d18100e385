"""Faults of the orchestrator as a process and of what stands before it: port, clock, certificate, limits.

An orchestrator whose public status is not what R4 asks for is as good as dead.
"""

from vibehq_smoke.lab.switches.notation import switch

SWITCHES = (
    switch("orchestrator-down", "the port of the orchestrator refuses connections", dead="orchestrator"),
    switch("orchestrator-500", "every path of the orchestrator answers 500", dead="orchestrator"),
    switch("orchestrator-html", "every path of the orchestrator answers 200 with HTML", dead="orchestrator"),
    switch("orchestrator-hang", "the orchestrator accepts requests and never answers", dead="orchestrator"),
    switch("orchestrator-slow", "every answer of the orchestrator takes 1.5 s longer", degraded="EDGE-07",
           at="orchestrator"),
    switch("orchestrator-flapping", "every third request to the orchestrator answers 500", flapping="orchestrator"),
    switch("orchestrator-wrong-content-type", "the orchestrator sends JSON as text/plain", dead="orchestrator"),
    switch("api-slow", "every answer under /api/ takes 1.5 s longer", degraded="EDGE-07", at="orchestrator"),
    switch("rate-limit-storm", "every call under /api/ answers 429 with Retry-After", dead="orchestrator"),
    switch("clock-skew-orchestrator", "all timestamps of the orchestrator are ten minutes ahead", failed="EDGE-06",
           at="orchestrator"),
    switch("clock-skew-agent-factory", "all timestamps of agent-factory are ten minutes behind", failed="EDGE-06",
           at="agent-factory"),
    switch("tls-expiring", "the certificate of the https port ends in three days", degraded="EDGE-01"),
    switch("tls-expired", "the certificate of the https port ended yesterday", failed="EDGE-01"),
    switch("tls-wrong-host", "the certificate of the https port is for another name", failed="EDGE-01"),
    switch("headers-missing", "neither pages nor API tell browsers what they must not do", degraded="EDGE-03"),
    switch("cors-reflects", "the API lets the pages of any origin act for whoever is signed in", failed="EDGE-04"),
    switch("version-metadata-missing", "answers carry no x-version-id", failed="INF-13", at="orchestrator"),
    switch("body-limit-off", "bodies of any size are read", unseen="section 3.5 asks for the limit, no item does"),
)  # fmt: skip
