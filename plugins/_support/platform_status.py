"""What the orchestrator says of itself to anybody (contract R4)."""

from typing import Literal

from vibehq_smoke.platform.dialects import Dialect

from .api_models import Camel
from .fields import Flag, Text


class _Message(Camel):
    global_user_message: Text
    change_logs: Text
    has_active_message: Flag


class PlatformStatus(Dialect):
    """``GET /api/status``."""

    success: Literal[True]
    data: _Message
