"""Targets and suites as settings: what ``smoke.toml`` and the files in ``suites/`` may say."""

from .init import init_text
from .load import Config, is_suite, load_config, load_suite
from .suites import Gates, LatencyBudget, Override, Selection, Suite, merge_suites
from .targets import Auth, OperatorTarget, ServiceAuth, Target, WorkerTarget

__all__ = [
    "Auth",
    "Config",
    "Gates",
    "LatencyBudget",
    "OperatorTarget",
    "Override",
    "Selection",
    "ServiceAuth",
    "Suite",
    "Target",
    "WorkerTarget",
    "init_text",
    "is_suite",
    "load_config",
    "load_suite",
    "merge_suites",
]
