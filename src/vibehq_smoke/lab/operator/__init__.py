"""The operator channel: the platform seen from the inside."""
