"""Task 15: one network made smaller and faster, and what of its answers and its robustness that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reference_models.compression.distillation import Distilled
from reference_models.compression.family import Compressed, members
from reference_models.compression.networks import ending_in_logits
from reference_models.compression.pruning import Pruned, zeros
from reference_models.compression.quantization import CALIBRATION, as_bfloat16, cached, missing
from reference_models.compression.table import EPS, NAMES, read
from reference_models.data import mnist
from reference_models.figures import LINES, blank
from reference_models.supervised import Supervised
from reference_models.task import Expected, Family, Splits, Subject, Task, Trained
from reference_models.tasks.mnist_cnn import small_moves

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

__all__ = ["TASK", "in_integers"]


def in_integers(family: Family, splits: Splits) -> Path:
    """Return the file of the original in integers of 8 bits, ending in logits, made from what ships, and kept."""
    return cached(ending_in_logits(family["original"]), splits.train.x[:CALIBRATION])


def the_one_in_integers(result: Trained) -> Subject:
    """Return what runs on a small device, and the test set."""
    test = result.splits.test
    return Subject(model=in_integers(result.model, result.splits), x=test.x, y=test.y)


def costs(family: Family, splits: Splits) -> dict[str, float]:
    """Return the accuracy of each, what agrees with the original, and what an attack leaves of it and of the pruned."""
    from pytest_robust import Subject as Tested
    from pytest_robust.attacks import PGD

    original = family["original"]
    models = {**family, "bfloat16": as_bfloat16(original), "int8": in_integers(family, splits)}
    tested = {name: Tested(model, splits.test.x, splits.test.y) for name, model in models.items()}
    few = splits.test[:1000]
    return {
        **{f"{name}_accuracy": float(one.accuracy()) for name, one in tested.items()},
        **{f"{name}_agreement": float(tested[name].agreement(original)) for name in tested if name != "original"},
        **{
            f"{name}_robust": float(Tested(family[name], few.x, few.y).accuracy(under=PGD(eps=EPS, steps=20)))
            for name in ("original", "pruned")
        },
        "pruned_zeros": zeros(family["pruned"]),
    }


def savings_and_costs(result: Trained) -> Figure:  # noqa: ARG001 - the table was measured on what ships, in one run
    """Draw the table that `python -m reference_models.compression` made: size, time, accuracy, agreement."""
    rows = list(read().values())
    at = np.arange(len(rows))
    figure = blank(width=11.5, height=4.4)
    size, speed, right, same = figure.subplots(1, 4, sharey=True)
    size.barh(at - 0.2, [row.bytes / 1000 for row in rows], 0.38, color=LINES[4], label="file")
    size.barh(at + 0.2, [row.compressed / 1000 for row in rows], 0.38, color=LINES[0], label="deflated")
    for place, row in enumerate(rows):
        size.annotate(
            f"{row.compressed / 1000:.0f}",
            (row.compressed / 1000, place + 0.2),
            (3, 0),
            textcoords="offset points",
            fontsize=7,
            va="center",
        )
    size.set(xlabel="kB", title="size")
    columns = (
        (speed, (("one", "1 image"), ("many", "256 images"))),
        (right, (("accuracy", "clean"), ("by_gradients", "under PGD"), ("by_scores", "under Square"))),
        (same, (("agreement", "clean"), ("agreement_attacked", "under PGD"))),
    )
    for axes, series in columns:
        for turn, (what, label) in enumerate(series):
            shares = [getattr(row, what) for row in rows]
            values = np.array([share.value for share in shares])
            reach = np.array([[share.value - share.low, share.high - share.value] for share in shares]).T
            # One below the other, so that intervals of like values are told apart.
            lines = at + 0.24 * (turn - (len(series) - 1) / 2)
            axes.errorbar(
                values,
                lines,
                xerr=np.maximum(reach, 0),
                fmt="os^"[turn],
                color=LINES[turn],
                markersize=4,
                capsize=2,
                elinewidth=1,
                label=label,
            )
        axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    speed.axvline(1, color="#888888", linestyle=":", linewidth=1)
    speed.set(xscale="log", xlabel="time, original in Keras = 1", title="time of an answer", xlim=(0.03, 2))
    ticks = (0.05, 0.1, 0.2, 0.5, 1)
    speed.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    speed.set_xticks([], minor=True)
    right.set(xlabel=f"share of test digits, attacks of eps {EPS:g}", title="right answers")
    same.set(xlabel="share of test digits", title="agreement with the original")
    size.set_yticks(at, [NAMES[row.name] for row in rows], fontsize=8)
    size.invert_yaxis()
    for axes in (size, speed, right, same):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
        axes.legend(
            frameon=False,
            fontsize=7,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.16),
            ncols=3,
            handletextpad=0.3,
            columnspacing=0.8,
        )
    return figure


TASK = Task(
    number=15,
    name="compute_efficiency",
    purpose="A network pruned, quantized, distilled and in 16 bits, trained by two processes; what each costs",
    data="MNIST, 5,000 images embedded; all 70,000 where they are at hand",
    load=mnist.load,
    build=members,
    fit=Compressed(
        original=Supervised(epochs=12, batch_size=64, learning_rate=2e-3, augment=small_moves),
        pruned=Pruned(
            sparsities=(0.75, 0.88, 0.92), epochs=(2, 3, 5), batch_size=64, learning_rate=3e-3, augment=small_moves
        ),
        distilled=Distilled(epochs=15, batch_size=64, learning_rate=4e-3, temperature=3.0, labels=0.3),
        alone=Supervised(epochs=15, batch_size=64, learning_rate=4e-3),
    ),
    expected=(
        # Seeds 0 to 2: 0.962, 0.974, 0.969.
        Expected(metric="original_accuracy", value=0.968, tolerance=0.013, source="mnist_5000"),
        # 0.964, 0.964, 0.969, of 92 weights in 100 zero: as many as before.
        Expected(metric="pruned_accuracy", value=0.966, tolerance=0.014, source="mnist_5000"),
        # 0.945, 0.938, 0.952; alone 0.948, 0.959, 0.948: of the answers, a teacher betters none here.
        Expected(metric="distilled_accuracy", value=0.945, tolerance=0.018, source="mnist_5000"),
        Expected(metric="alone_accuracy", value=0.951, tolerance=0.018, source="mnist_5000"),
        # 0.999, 0.999, 1.000.
        Expected(metric="int8_agreement", value=0.998, tolerance=0.005, source="mnist_5000"),
        # 0.981, 0.978, 0.982.
        Expected(metric="pruned_agreement", value=0.98, tolerance=0.012, source="mnist_5000"),
        # 0.655, 0.628, 0.636, and 0.566, 0.505, 0.530: pruning costs a tenth under attack, and nothing without.
        Expected(metric="original_robust", value=0.64, tolerance=0.05, source="mnist_5000"),
        Expected(metric="pruned_robust", value=0.535, tolerance=0.07, source="mnist_5000"),
        # Not measured here.
        Expected(metric="original_accuracy", value=0.99, tolerance=0.008, source="mnist"),
    ),
    cpu_seconds=58,
    asserted="int8 agrees with the original, clean and attacked; no less robust, paired; pruned and student as well",
    figure=savings_and_costs,
    measure=costs,
    subject=the_one_in_integers,
    missing=missing,
)
