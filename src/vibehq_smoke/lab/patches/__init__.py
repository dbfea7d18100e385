"""Patches, their events, and the numbers drawn from them."""
