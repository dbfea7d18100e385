"""Issues as a folder of Markdown files: the tracker that needs no token, no network and no account."""

from .tracker import FolderTracker

__all__ = ["FolderTracker"]
