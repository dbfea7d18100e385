"""Runs in a row on one healthy lab: whatever does not pass there is the harness's own fault."""
