"""Faults that give away what they should not; they exist to try the harness's redaction on."""

from vibehq_smoke.lab.switches.notation import switch

SWITCHES = (
    switch("stack-trace-leak", "errors of the API carry a stack trace"),
    switch("secret-leak", "errors of the API carry the session id and the service token, every answer the session id"),
)
