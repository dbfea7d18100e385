"""What each specialist does that no other worker does (contract 1.2)."""
