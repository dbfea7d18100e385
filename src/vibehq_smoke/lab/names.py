"""Names and ids as the platform accepts them (contract 3.5, part 4)."""

import re

NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")
NAME_PATTERN = r"^[A-Za-z0-9_-]{1,50}$"
FACTORY_PATTERN = r"^[a-z0-9-]{1,50}$"
# Without inline flags, which the regular expressions of JSON Schema do not have.
UUID_PATTERN = r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[1-8][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$"
UUID_V4_PATTERN = UUID_PATTERN.replace("[1-8]", "4")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
