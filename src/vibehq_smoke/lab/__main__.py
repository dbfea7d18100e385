"""``python -m vibehq_smoke.lab``."""

import sys

from vibehq_smoke.lab.command import main

if __name__ == "__main__":
    sys.exit(main())
