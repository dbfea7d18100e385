"""Faults of the four databases (contract 1.3): gone, slow, and refusing to write."""

from vibehq_smoke.lab.faults import Switch
from vibehq_smoke.lab.switches.notation import switch

_BINDINGS = {"ops": "DB_OPS", "projects": "DB_PROJECTS", "chats": "DB_CHATS", "health": "DB_HEALTH"}


def _of(name: str) -> tuple[Switch, ...]:
    binding = _BINDINGS[name]
    return (
        switch(f"d1-{name}-down", f"{binding} raises at every use", dead=f"d1-{name}"),
        switch(f"d1-{name}-slow", f"every answer that used {binding} comes 1.5 s later", degraded="EDGE-07",
               at=f"d1-{name}"),
        _without_writing(f"d1-{name}-read-only", f"{binding} refuses to write, and reads", name),
        _without_writing(f"d1-{name}-locked", f"a second connection holds the write lock of {binding}", name),
    )  # fmt: skip


def _without_writing(id_: str, summary: str, name: str) -> Switch:
    if name == "ops":
        # `select 1` of INF-01 holds. What writes there shows: sign-in, Logging, assignments, scans.
        return switch(id_, summary, dead="auth:session rpc-gateway:Logging ai-router cron")
    if name == "health":
        return switch(
            id_, summary, failed="HLT-01 WRK-09", blocked="AUT-01 AUT-02 AUT-04 ERR-09",
            because="the daily cron starts a run, and a suite report is what is provoked to fail",
        )  # fmt: skip
    return switch(id_, summary, unseen="no item writes there: INF-01 reads, and no cheap RPC call uses it (INF-07)")


SWITCHES = tuple(found for name in _BINDINGS for found in _of(name))
