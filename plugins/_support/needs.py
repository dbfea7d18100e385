"""Needs that many checks share, the deeper cause first: it is the one a blocked check names."""

SIGNED_IN = ("orchestrator", "d1-ops", "auth")
"""Whatever asks a protected route: sessions live in DB_OPS (contract 1.6, rule R8)."""
