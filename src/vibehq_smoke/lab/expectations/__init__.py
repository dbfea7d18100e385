"""What a correct harness must report of each fault, derived from the contract's checklist.

Nothing here is needed to run a lab: it is imported when faults are listed with their expected findings.
"""
