"""Tests of what a run leaves for its readers."""
