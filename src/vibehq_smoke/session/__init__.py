"""One run from its options to its reports. Both front doors (pytest and the command line) hold one ``Session``.

- ``options``: what the person asked for
- ``ground``: what a run stands on: configuration, plugins, the target and its deploy, the id of the run
- ``suites`` and ``selecting``: which checks run
- ``naming``: the file of a suite, the command that repeats a run, the versions that took part
- ``gathering``: what the checks found out, in this process and in others; ``completing``: what reports add to it
- ``taping``: the recording for ``prove``
- ``publishing`` and ``delivering``: the reports, and the issue sinks
- ``session``: all of these together, from the start to the end
"""

from .options import Options
from .selecting import CATEGORIES
from .session import Session

__all__ = ["CATEGORIES", "Options", "Session"]
