"""Names and ids as the platform accepts them (contract 3.5, part 4)."""

import re

NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")
NAME_PATTERN = r"^[A-Za-z0-9_-]{1,50}$"
FACTORY_PATTERN = r"^[a-z0-9-]{1,50}$"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
UUID_V4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
