"""Tests of the platform layer."""  # noqa: A005 - named after the package that it tests
