"""Factories and specialists, each on a port of its own."""
