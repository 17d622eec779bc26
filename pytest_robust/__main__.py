"""`python -m pytest_robust`: the same as `pytest-robust`."""

import sys

from pytest_robust.command.main import main

if __name__ == "__main__":
    sys.exit(main())
