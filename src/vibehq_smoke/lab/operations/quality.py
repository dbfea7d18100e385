"""The code-quality monitor: changes of agents are checked, and who breaks too much is quarantined (contract part 6)."""

import asyncio
from dataclasses import asdict, dataclass, field

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.live.hubs import Hub
from vibehq_smoke.lab.operations.code_rules import Violation, check_code
from vibehq_smoke.lab.operations.queue import SpecialistQueue
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import Database, Row
from vibehq_smoke.lab.storage.oplog import write_operation

# So many critical violations that nobody has acknowledged, and the agent is quarantined.
CRITICAL_LIMIT = 3
# Characters that are checked faster than a thread is started.
SMALL = 20_000


class QuarantinedError(Exception):
    """The agent is quarantined; its changes are not taken until it is released."""


@dataclass(frozen=True)
class QualityMonitor:
    """Keeps violations per agent in ``code_violations``, tells `hub`. All methods raise DatabaseDownError."""

    lab: Lab
    queue: SpecialistQueue
    hub: Hub = field(default_factory=Hub)

    @property
    def _ops(self) -> Database:
        return self.lab.databases.ops

    async def change(self, agent: str, path: str, content: str) -> Json:
        """Check a change: ``{violations, quarantined}``; what came of it is broadcast. Raises QuarantinedError."""
        found = check_code(content) if len(content) < SMALL else await asyncio.to_thread(check_code, content)
        if self._quarantined(agent):
            raise QuarantinedError(agent)
        with self._ops.transaction():
            kept = [self._keep(agent, path, violation) for violation in found]
            quarantined = self._judge(agent)
        if kept:
            self.hub.broadcast("violation-alert", {"agentId": agent, "filePath": path, "violations": kept})
        if quarantined:
            self.hub.broadcast("quarantine-alert", {"agentId": agent, "limit": CRITICAL_LIMIT})
        self._tell_specialists(content, found)
        return {"agentId": agent, "filePath": path, "violations": kept, "quarantined": quarantined}

    def acknowledge(self, number: int) -> bool:
        """A person has seen this violation, so it no longer counts against its agent; False when there is none."""
        done = self._ops.run("UPDATE code_violations SET acknowledged = 1 WHERE id = ?", (number,)).rowcount > 0
        if done:
            self.hub.broadcast("violation-acknowledged", {"violationId": number})
        return done

    def release(self, agent: str) -> bool:
        """End an agent's quarantine and acknowledge what led to it; False when it was in none."""
        with self._ops.transaction():
            done = self._ops.run("DELETE FROM quarantined_agents WHERE agent_id = ?", (agent,)).rowcount > 0
            if done:
                self._ops.run("UPDATE code_violations SET acknowledged = 1 WHERE agent_id = ?", (agent,))
        if done:
            write_operation(self._ops, "code-quality-monitor", "agent.release", "info", {"agentId": agent})
            self.hub.broadcast("agent-released", {"agentId": agent})
        return done

    def state(self) -> Json:
        """``{activeViolations, quarantinedAgents}``: what is not acknowledged, newest first, and who is shut out."""
        rows = self._ops.rows("SELECT * FROM code_violations WHERE acknowledged = 0 ORDER BY id DESC LIMIT 200")
        agents = self._ops.rows("SELECT agent_id AS agentId, violations, since FROM quarantined_agents ORDER BY since")
        return {"activeViolations": [as_violation(row) for row in rows], "quarantinedAgents": agents}

    def _quarantined(self, agent: str) -> bool:
        return self._ops.row("SELECT 1 FROM quarantined_agents WHERE agent_id = ?", (agent,)) is not None

    def _keep(self, agent: str, path: str, violation: Violation) -> Row:
        row: Row = {"agent_id": agent, "file_path": path, **asdict(violation), "created_at": now_iso()}
        return as_violation(row | {"acknowledged": 0, "id": self._ops.insert("code_violations", row)})

    def _judge(self, agent: str) -> bool:
        critical = self._ops.scalar(
            "SELECT count(*) FROM code_violations WHERE agent_id = ? AND severity = 'critical' AND acknowledged = 0",
            (agent,),
        )
        if critical < CRITICAL_LIMIT or self.lab.faults.on("quarantine-ignored"):
            return False
        self._ops.insert("quarantined_agents", {"agent_id": agent, "violations": critical, "since": now_iso()})
        details = {"agentId": agent, "violations": critical}
        write_operation(self._ops, "code-quality-monitor", "agent.quarantine", "warn", details)
        return True

    def _tell_specialists(self, content: str, found: list[Violation]) -> None:
        self.queue.trigger("code-generation-complete", {"lines": len(content.splitlines())})
        findings = [asdict(violation) for violation in found]
        self.queue.trigger("lint-errors-detected", {"errors": len(found), "findings": findings})


def as_violation(row: Row) -> Json:
    """A row as the API shows it."""
    return {
        "id": row["id"], "agentId": row["agent_id"], "filePath": row["file_path"], "line": row["line"],
        "rule": row["rule"], "severity": row["severity"], "message": row["message"],
        "acknowledged": bool(row["acknowledged"]), "createdAt": row["created_at"],
    }  # fmt: skip
