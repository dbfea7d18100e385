"""What pytest needs to know before it looks at the tests."""

pytest_plugins = ["pytester", "tests.standstill"]
