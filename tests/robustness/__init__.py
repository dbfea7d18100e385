"""A run survives whatever target, checks, plugins and machine do to it: proved through the command line."""
