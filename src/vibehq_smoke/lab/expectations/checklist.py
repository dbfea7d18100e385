"""The 104 items of the checklist (contract part 2), transcribed; ``items.py`` reads it.

Columns: id, priority, mode (H, O, S, B or W as in contract 2.0) | components, the one to accuse first | what the item
needs besides its components: components, parts of them, other items | components whose being there it establishes.

Needs are those of the contract's lines; R8 (the session that paths under /api/ ask for); another item's result where
the text builds on it. What a check reads from files (S, W) needs no component alive that the text does not name.
``@name`` stands for a group; ``?name`` can be accused, and the item can be judged without it.
"""

TABLE = """
INF-01 0 O | @databases | orchestrator | @databases
INF-02 0 W | rpc-gateway | orchestrator
INF-03 0 S | @databases
INF-04 2 S | @databases
INF-05 2 S | @databases
INF-06 1 W | rpc-gateway
INF-07 0 O | rpc-gateway | orchestrator d1-ops d1-health | rpc-gateway
INF-08 0 H | @workers | rpc-gateway:Logging health-protocol HLT-08
INF-09 1 H | health-api | @run
INF-10 0 H | @deployed | auth:session health-protocol HLT-04 HLT-07
INF-11 1 O | ai-gateway | ai-router | ai-gateway
INF-12 2 W | @deployed
INF-13 3 W | @deployed
HLT-01 0 H | health-api | auth:session d1-health
HLT-02 0 H | health-api | auth:session d1-health HLT-01
HLT-03 1 H | health-api | auth:session d1-health HLT-01
HLT-04 1 H | health-api | auth:session
HLT-05 1 H | health-api | auth:session d1-health HLT-09
HLT-06 0 H | health-protocol | @workers orchestrator | health-protocol
HLT-07 1 H | health-protocol | @workers orchestrator | health-protocol
HLT-08 1 H | health-protocol | @workers orchestrator | health-protocol
HLT-09 0 H | health-api | @run health-protocol
HLT-10 0 H | d1-health | @run
HLT-11 0 H | d1-health | @run
HLT-12 1 O | health-ops ?health-specialist | rpc-gateway:HealthOps | health-ops
HLT-13 2 O | health-ops ?health-specialist | rpc-gateway:HealthOps
HLT-14 2 S | health-ops
API-01 0 H | health-api | auth:session d1-health
API-02 1 H | analytics-api | auth:session d1-ops | analytics-api
API-03 1 H | analytics-api | auth:session d1-ops | analytics-api
API-04 2 H | analytics-api | auth:session d1-ops | analytics-api
API-05 1 H | patch-api | auth:session d1-ops rpc-gateway:PatchOps
API-06 1 H | ops-scan | auth:session d1-ops | ops-scan
API-07 1 H | delivery-api | auth:session d1-ops
API-08 0 H | auth | orchestrator
API-09 1 H | auth | auth:session health-protocol agent-factory
API-10 1 H | auth | health-protocol agent-factory
API-11 1 H | auth | auth:session
WRK-01 0 H | orchestrator | @run agent-factory health-protocol
WRK-02 0 H | health-protocol | WRK-01
WRK-03 1 H | @workers | orchestrator health-protocol
WRK-04 0 H | health-protocol orchestrator | WRK-01
WRK-05 0 H | rpc-gateway @cut-off | @workers rpc-gateway:Logging health-protocol HLT-08
WRK-06 0 H | rpc-gateway d1-ops | WRK-01 rpc-gateway:Tasks
WRK-07 1 O | rpc-gateway ?specialist-log | rpc-gateway:Logging agent-factory health-protocol
WRK-08 1 H | health-protocol | agent-factory orchestrator
WRK-09 2 H | orchestrator | auth:session d1-health
WRK-10 1 W | orchestrator
WRK-11 1 H | @hubs | auth:session | @hubs
UI-01 1 B | mission-control | auth:session | mission-control
UI-02 1 B | mission-control | auth:session API-01
UI-03 2 B | mission-control ?hub-health | health-api hub-health HLT-01
UI-04 2 B | mission-control | health-api analytics-api hub-health
UI-05 2 S | mission-control
UI-06 1 B | analytics-ui | mission-control | analytics-ui
UI-07 2 B | analytics-ui | mission-control analytics-api
UI-08 2 B | analytics-ui | mission-control analytics-api
UI-09 3 B | analytics-ui | mission-control analytics-api
UI-10 2 B | terminal-ui | auth:session
UI-11 2 H | terminal-server ?terminal-ui | auth:session
UI-12 2 H | terminal-server | auth:session UI-11
FAC-01 1 H | agent-factory | | agent-factory
FAC-02 1 H | data-factory | | data-factory
FAC-03 1 H | services-factory | | services-factory
FAC-04 1 H | ui-factory | | ui-factory
FAC-05 1 H | @factories | @run rpc-gateway:Logging health-protocol
FAC-06 1 H | conflict-specialist | | conflict-specialist
FAC-07 1 H | delivery-report-specialist | | delivery-report-specialist
FAC-08 1 H | health-specialist | | health-specialist
FAC-09 1 H | @specialists | @run rpc-gateway:Logging health-protocol | @unasked
AIP-01 1 O | ai-router | rpc-gateway:AIProviderOps d1-ops ai-workers | ai-router
AIP-02 1 O | ai-workers | rpc-gateway:AIProviderOps d1-ops | ai-workers
AIP-03 1 O | ai-gateway | rpc-gateway:AIProviderOps d1-ops | ai-gateway
AIP-04 1 O | ai-router | rpc-gateway:AIProviderOps d1-ops
AIP-05 2 O | ai-router | rpc-gateway:AIProviderOps d1-ops ai-workers AIP-04
AIP-06 1 O | cli-agents | ai-router ai-workers | cli-agents
AIP-07 1 O | cli-agents | ai-router
AIP-08 2 O | cli-agents | ai-router
AIP-09 2 O | ai-router | rpc-gateway:AIProviderOps d1-ops auth:session AIP-04
PAT-01 1 S | patch-manager | | patch-manager
PAT-02 0 S | patch-manager | patch-manager
PAT-03 1 H | patch-api d1-ops | auth:session
PAT-04 2 H | ws-patch-hub | patch-api PAT-03
PAT-05 1 H | patch-api patch-manager | auth:session d1-ops rpc-gateway:PatchOps PAT-01
PAT-06 1 H | patch-api | auth:session d1-ops PAT-03
PAT-07 2 H | patch-api | auth:session d1-ops PAT-03
PAT-08 2 H | patch-api | auth:session d1-ops
AUT-01 1 H | cron | orchestrator ops-scan d1-health | cron
AUT-02 1 H | cron ops-scan hub-ops | auth:session cron
AUT-03 1 H | cron health-api | cron auth:session HLT-01 HLT-02
AUT-04 2 O | cron | cron
AUT-05 1 H | ops-scan | auth:session d1-ops | ops-scan
AUT-06 1 O | ops-scan d1-ops | AUT-05
AUT-07 2 H | hub-ops | AUT-05
AUT-08 2 H | ops-scan | auth:session
ERR-01 1 H | health-api patch-api orchestrator @refusing | auth:session d1-ops d1-health agent-factory health-protocol
ERR-02 1 O | health-api | auth:session
ERR-03 1 H | health-api | @run
ERR-04 1 H | health-protocol | agent-factory orchestrator
ERR-05 1 H | health-protocol | agent-factory orchestrator
ERR-06 1 H | health-protocol | agent-factory orchestrator
ERR-07 2 O | rpc-gateway | agent-factory health-protocol orchestrator
ERR-08 1 H | orchestrator | @run agent-factory health-protocol ERR-03
ERR-09 2 O | d1-ops | auth:session d1-health
"""
