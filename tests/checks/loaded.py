"""Helpers of the plugins as the host has loaded them: another module object than the one that a test imports."""

import sys
from types import ModuleType


def loaded(name: str) -> ModuleType:
    """The module ``_support/<name>.py`` of the shipped plugins."""
    return next(module for path, module in sys.modules.items() if _is_loaded(path, name))


def _is_loaded(path: str, name: str) -> bool:
    return path.startswith("vibehq_plugins_") and path.endswith(f"._support.{name}")
