"""Secrets that were never any: planted everywhere, and looked for in everything that is written."""
