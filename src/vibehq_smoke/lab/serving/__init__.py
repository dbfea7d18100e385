"""HTTP machinery: ports, gates, reading requests, wording answers."""
