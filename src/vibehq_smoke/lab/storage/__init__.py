"""Where the platform keeps things: four databases, the operation log, the structured log."""
