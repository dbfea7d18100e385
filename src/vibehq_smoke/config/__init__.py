"""Targets and suites as settings: what ``smoke.toml`` and the files in ``suites/`` may say."""

from .declared import DeclaredCheck
from .init import init_text
from .load import FILE_NAME, Config, is_suite, load_config, load_suite, unknown_check
from .suites import Gates, LatencyBudget, Override, Selection, Suite, merge_suites
from .targets import Auth, OperatorTarget, ServiceAuth, Target, WorkerTarget
from .toml_lines import KeyPath

__all__ = [
    "FILE_NAME",
    "Auth",
    "Config",
    "DeclaredCheck",
    "Gates",
    "KeyPath",
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
    "unknown_check",
]
