"""Faults of the surroundings: databases, processes, the domain."""

from vibehq_smoke.lab.switches.notation import switch

OF_DB_HEALTH = (
    "HLT-01=blocked HLT-02=blocked HLT-03=blocked HLT-05=blocked HLT-09=blocked HLT-10=blocked HLT-11=blocked"
    " HLT-12=blocked HLT-13=blocked API-01=blocked"
)
EVERYTHING = (
    "HLT-01=blocked HLT-02=blocked HLT-03=blocked HLT-04=blocked HLT-05=blocked HLT-06=blocked HLT-07=blocked"
    " HLT-08=blocked HLT-09=blocked HLT-10=blocked HLT-11=blocked HLT-12=blocked HLT-13=blocked HLT-14=blocked"
    " API-01=blocked API-02=blocked API-03=blocked API-04=blocked API-05=blocked API-06=blocked API-07=blocked"
    " API-08=blocked API-09=blocked API-10=blocked API-11=blocked"
)
WITH_SESSION = (
    "HLT-01=blocked HLT-02=blocked HLT-03=blocked HLT-04=blocked HLT-05=blocked HLT-09=blocked HLT-10=blocked"
    " HLT-11=blocked API-01=blocked API-02=blocked API-03=blocked API-04=blocked API-05=blocked API-06=blocked"
    " API-07=blocked API-08=blocked API-09=blocked API-11=blocked"
)
OF_AUTH = f"{WITH_SESSION} API-10=blocked"
OF_WORKERS = "HLT-06=blocked HLT-07=blocked HLT-08=blocked"

SWITCHES = (
    switch("d1-ops-down", "DB_OPS raises at every use", "d1-ops=broken", WITH_SESSION),
    switch("d1-projects-down", "DB_PROJECTS raises at every use", "d1-projects=broken"),
    switch("d1-chats-down", "DB_CHATS raises at every use", "d1-chats=broken"),
    switch("d1-health-down", "DB_HEALTH raises at every use", "d1-health=broken", OF_DB_HEALTH),
    switch("agent-factory-down", "the port of agent-factory refuses connections", "agent-factory=broken", OF_WORKERS),
    switch(
        "ops-conflict-specialist-down",
        "the port of ops-conflict-specialist refuses connections",
        "conflict-specialist=broken",
        OF_WORKERS,
    ),
    switch("orchestrator-500", "every path of the orchestrator answers 500", "orchestrator=broken", EVERYTHING),
    switch(
        "orchestrator-html",
        "every path of the orchestrator answers 200 with HTML",
        "orchestrator=broken",
        EVERYTHING,
    ),
    switch(
        "orchestrator-hang",
        "the orchestrator accepts requests and never answers",
        "orchestrator=broken",
        EVERYTHING,
    ),
    switch(
        "D-09",
        "the domain is not configured, so every path answers 500 in plain text",
        "orchestrator=broken",
        EVERYTHING,
        aliases="custom-domain-empty",
    ),
    switch("api-slow", "every answer under /api/ takes 1.5 s longer"),
)
