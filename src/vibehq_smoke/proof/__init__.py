"""Proof: recording what checks saw, and seeing them fail on a changed recording (decision 010).

A plugin that adds an operator needs three names: :class:`Operator`, :class:`Subject` and :class:`Change`.
"""

from .mutants import Change, Operator
from .subjects import Subject

__all__ = ["Change", "Operator", "Subject"]
