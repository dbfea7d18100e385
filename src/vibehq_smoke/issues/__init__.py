"""From failure to issue: one issue per cause, opened, kept current, and closed by proof."""

from pathlib import Path

FOLDER = Path("reports/issues")
"""Where issues live unless a repository is named."""

HISTORY = Path("reports/history.db")
"""Where the local record is kept unless a file is named."""
