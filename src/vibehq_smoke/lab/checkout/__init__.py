"""The miniature source checkout."""
