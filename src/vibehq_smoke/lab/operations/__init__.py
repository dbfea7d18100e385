"""Scans, deliveries, people in the loop, the specialists' log."""
