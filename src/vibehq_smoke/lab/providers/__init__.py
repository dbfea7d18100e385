"""AI providers: the router, the model stand-ins, the CLI agents and what is recorded of them (contract part 8)."""
