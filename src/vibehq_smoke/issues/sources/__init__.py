"""Other sources: what compilers, linters, test suites, scanners and Sentry say, as batches for the one reconciler."""
