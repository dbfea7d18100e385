"""Targets and suites as settings: what ``smoke.toml`` and the files in ``suites/`` may say."""

from .declared import DeclaredCheck
from .init import init_text
from .issues import IssuePolicy
from .load import FILE_NAME, Config, is_suite, load_config, load_suite, unknown_check, unknown_sink
from .suites import Gates, LatencyBudget, Override, Selection, Suite, merge_suites
from .targets import Auth, OperatorTarget, ServiceAuth, Target, WorkerTarget
from .toml_lines import KeyPath

__all__ = [
    "FILE_NAME",
    "Auth",
    "Config",
    "DeclaredCheck",
    "Gates",
    "IssuePolicy",
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
    "unknown_sink",
]
