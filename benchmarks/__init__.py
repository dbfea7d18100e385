"""Measurements: everything is timed as a whole process, several times, side by side in one run."""
