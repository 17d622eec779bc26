"""Draws docs/images/sequential.svg: how many examples a verdict takes.

Run from a clone: python docs/plots/sequential.py
"""

from pathlib import Path

import matplotlib as mpl
import matplotlib.figure
import numpy as np

from pytest_robust import Subject
from pytest_robust.core.policy import Policy
from pytest_robust.statistics.prior_posterior_ratio import anytime_interval

EXAMPLES, BAR, SEEDS = 10_000, 0.6, 200
RATES = (0.3, 0.4, 0.5, 0.55, 0.58, 0.6, 0.62, 0.65, 0.7, 0.75, 0.8, 0.9)
INK, BAND, RED = "#1f4e79", "#c9d9ea", "#b3261e"


def answers(rate):
    """Return inputs of which the share `rate` is answered right by `model`, and the labels."""
    x = (np.arange(EXAMPLES) < round(rate * EXAMPLES)).astype(np.float32)[:, None]
    return x, np.ones(EXAMPLES, dtype=int)


def model(x):
    return x[:, 0].astype(int)


def examples_used(rate):
    """Return how many examples each seed's verdict took, and how many verdicts were wrong."""
    x, y = answers(rate)
    verdicts = [Subject(model, x, y, policy=Policy(seed=seed)).accuracy() >= BAR for seed in range(SEEDS)]
    wrong = sum(bool(verdict) != (rate >= BAR) for verdict in verdicts)
    return np.array([verdict.estimate.n for verdict in verdicts]), wrong


def draw_one(axes, rate=0.75, seed=0):
    x, _ = answers(rate)
    right = x[np.random.Generator(np.random.Philox(seed)).permutation(EXAMPLES), 0]
    seen = np.unique(np.geomspace(8, 1000, 80).astype(int))
    intervals = [anytime_interval(int(right[:n].sum()), int(n), confidence=0.999) for n in seen]
    axes.fill_between(seen, [i.low for i in intervals], [i.high for i in intervals], color=BAND, lw=0)
    axes.plot(seen, [right[:n].mean() for n in seen], color=INK)
    axes.axhline(BAR, color=RED, lw=1)
    axes.text(9, BAR - 0.06, "bar 0.6", color=RED)
    stop = next(n for n, interval in zip(seen, intervals, strict=True) if interval.low > BAR)
    axes.axvline(stop, color="0.4", lw=1, ls=":")
    axes.text(stop * 1.06, 0.08, f"settled after {stop}", color="0.3")
    axes.set(xscale="log", ylim=(0, 1), xlabel="examples seen (of 10,000)", ylabel="accuracy")
    axes.set_title("One check: true accuracy 0.75", loc="left", fontsize=10)


def draw_all(axes):
    used = {rate: examples_used(rate) for rate in RATES}
    print(f"{'accuracy':>8} {'median':>7} {'90 %':>7} {'wrong':>6}   ({SEEDS} seeds, bar {BAR}, {EXAMPLES:,} examples)")
    for rate, (count, wrong) in used.items():
        print(f"{rate:8.2f} {np.median(count):7.0f} {np.quantile(count, 0.9):7.0f} {wrong:6d}")
    rates = list(used)
    axes.fill_between(
        rates,
        [np.quantile(used[r][0], 0.1) for r in rates],
        [np.quantile(used[r][0], 0.9) for r in rates],
        color=BAND,
        lw=0,
    )
    axes.plot(rates, [np.median(used[r][0]) for r in rates], color=INK, marker="o", ms=3)
    axes.axvline(BAR, color=RED, lw=1)
    axes.set(yscale="log", ylim=(20, 15_000), xlabel="true accuracy", ylabel="examples until the verdict")
    axes.set_title("200 checks at each accuracy: median, 10 % to 90 %", loc="left", fontsize=10)


def main():
    # Fixed salt and no date: drawing again gives the same file.
    mpl.rcParams.update({"svg.hashsalt": "sequential", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure = mpl.figure.Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_one(left)
    draw_all(right)
    place = Path(__file__).parents[1] / "images" / "sequential.svg"
    figure.savefig(place, metadata={"Date": None})


if __name__ == "__main__":
    main()
