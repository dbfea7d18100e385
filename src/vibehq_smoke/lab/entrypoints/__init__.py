"""The RPC entrypoints of the orchestrator."""
