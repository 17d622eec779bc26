"""`python -m reference_models.streams`: what noticing a drift is worth, as a table."""

from __future__ import annotations

import argparse
import sys

from reference_models.data import mnist
from reference_models.determinism import pin
from reference_models.streams.compare import compared, markdown


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m reference_models.streams", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="orders of it, at least 2 (default: 5)")
    options = parser.parse_args(arguments)
    pin()
    print(markdown(compared(mnist.load().train, range(options.seeds))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
