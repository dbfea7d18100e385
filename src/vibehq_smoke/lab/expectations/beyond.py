"""What is demanded beyond the contract's checklist: seven items about the edge, in the notation of ``checklist.py``.

EDGE-01 the certificate of each https address is for its name, trusted, and good for three weeks more.
EDGE-02 each name that the target is configured with resolves; those of a lab always do, so no switch touches it.
EDGE-03 pages and API answers tell browsers what they must not do, and no version of what serves them.
EDGE-04 no foreign origin may read answers as whoever is signed in.
EDGE-05 provoked errors of orchestrator and workers tell nothing of their insides, and no secret.
EDGE-06 orchestrator and workers tell the time of the present moment.
EDGE-07 what is read often comes within its budget; databases that can be asked by themselves are timed too.
"""

TABLE = """
EDGE-01 1 H | orchestrator
EDGE-02 1 H | orchestrator
EDGE-03 2 H | orchestrator
EDGE-04 1 H | auth | auth:session
EDGE-05 1 H | orchestrator @workers | auth:session
EDGE-06 2 H | orchestrator @workers
EDGE-07 2 H | orchestrator @workers @databases | auth:session analytics-api health-protocol
"""
