"""The pages in a real browser. Slow, so only on demand: ``python -m pytest tests/browser`` (needs Chromium)."""
