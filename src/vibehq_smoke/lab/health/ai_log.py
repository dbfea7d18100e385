"""What models were asked, as ``ai_logs`` of DB_HEALTH keeps it (contract 5.4, HLT-12)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.serving.requests import Body
from vibehq_smoke.lab.storage.databases import Database, Row

Name = Annotated[str, Field(min_length=1, max_length=200)]
Long = Annotated[str, Field(max_length=20_000)]


class NewUsage(Body):
    """Arguments of ``logAiUsage``: cost in dollars, latency in ms."""

    model_config = ConfigDict(alias_generator=to_camel, defer_build=True)

    test_result_id: int | None = None
    model: Name
    provider: Name
    prompt: Long | None = None
    response: Long | None = None
    tokens_used: Annotated[int, Field(ge=0)] = 0
    cost: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    latency_ms: Annotated[int, Field(ge=0)] = 0
    success: bool = True
    error_message: Long | None = None


@dataclass(frozen=True)
class AiLog:
    """The log. Both methods raise DatabaseDownError when the database is down."""

    base: Database

    def add(self, options: dict[str, Any]) -> Row:
        """Log one prompt; ``{id}``. Raises ValueError when it is none, or of an unknown test result."""
        usage = NewUsage.model_validate(options)
        result = usage.test_result_id
        if result is not None and self.base.row("SELECT 1 FROM test_results WHERE id = ?", (result,)) is None:
            raise ValueError("unknown test result")
        row = usage.model_dump() | {"success": int(usage.success), "created_at": now_iso()}
        return {"id": self.base.insert("ai_logs", row)}

    def usage(self, days: int) -> list[Row]:
        """Per date, provider and model of the last `days` days: prompts, tokens, cost, mean latency, success in %."""
        return self.base.rows(
            "SELECT date(created_at) AS date, provider, model, count(*) AS usage_count,"
            " sum(tokens_used) AS tokens_used, sum(cost) AS total_cost, avg(latency_ms) AS average_latency,"
            " avg(success) * 100 AS success_rate"
            " FROM ai_logs WHERE created_at >= ? GROUP BY 1, 2, 3 ORDER BY 1",
            (now_iso(-timedelta(days=days)),),
        )
