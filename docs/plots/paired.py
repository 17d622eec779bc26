"""Prints how many examples a comparison of two models takes.

Run from a clone: python docs/plots/paired.py
"""

import numpy as np

from pytest_robust import Subject
from pytest_robust.core.policy import Policy

EXAMPLES, MARGIN, SEEDS = 10_000, 0.01, 100
# The drop, and the share of examples on which the models differ beyond it: half of them gained.
CASES = (
    (-0.02, 0.0),
    (0.0, 0.0),
    (0.0, 0.02),
    (0.0, 0.1),
    (0.005, 0.02),
    (0.01, 0.02),
    (0.02, 0.02),
    (0.05, 0.02),
    (0.05, 0.1),
    (0.1, 0.1),
)


def answers(drop, also):
    """Return inputs that tell which of two models answers right, and the labels."""
    alike = round(also * EXAMPLES / 2)
    gained, lost = alike + round(max(-drop, 0) * EXAMPLES), alike + round(max(drop, 0) * EXAMPLES)
    both = np.repeat([[1, 0], [0, 1], [1, 1]], [gained, lost, EXAMPLES - gained - lost], axis=0)
    return both.astype(np.float32), np.ones(EXAMPLES, dtype=int)


def new(x):
    return x[:, 0].astype(int)


def old(x):
    return x[:, 1].astype(int)


def examples_used(drop, also):
    """Return how many examples each seed's verdict took, and how many verdicts were wrong."""
    x, y = answers(drop, also)
    used, wrong = [], 0
    for seed in range(SEEDS):
        ours, theirs = (Subject(model, x, y, policy=Policy(seed=seed)) for model in (new, old))
        verdict = ours.accuracy() >= theirs.accuracy() - MARGIN
        used.append(verdict.estimate.n)
        wrong += bool(verdict) != (drop <= MARGIN)
    return used, wrong


def main():
    print(f"   drop  differ  median    90 %  wrong   ({SEEDS} seeds, margin {MARGIN}, {EXAMPLES:,} examples)")
    for drop, also in CASES:
        used, wrong = examples_used(drop, also)
        differ = also + abs(drop)
        print(f"{drop:7.3f} {differ:7.3f} {np.median(used):7.0f} {np.quantile(used, 0.9):7.0f} {wrong:6d}")


if __name__ == "__main__":
    main()
