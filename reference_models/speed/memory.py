"""How much memory a step of training takes."""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path
from typing import Any

import numpy as np

from reference_models.speed.recompute import recomputed
from reference_models.task import Model

__all__ = ["DEEP", "deep_network", "peaks"]

DEEP = 24
"""Layers of the network that memory is measured with: the digits' own keeps too little to be seen."""

_EVERY, _BATCH = 6, 64


def deep_network() -> Model:
    """Return a deep stack of convolutions: (n, 28, 28, 1) to (n, 10) probabilities."""
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *(layers.Conv2D(16, 3, padding="same", activation="relu") for _ in range(DEEP)),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def peaks() -> dict[str, int]:
    """Return how many bytes a few steps of training took, with activations computed again and with all kept.

    For a process of its own. What the system tells is the largest so far, so the smaller one comes first.
    """
    model = deep_network()
    found: dict[str, int] = {}
    x, y = np.zeros((_BATCH, 28, 28, 1), np.float32), np.zeros(_BATCH, np.int64)
    for name, learner in (("recomputed", recomputed(model, every=_EVERY)), ("plain", model)):
        step = _step(learner)
        before = _largest()
        for _ in range(2):
            step(x, y)
        found[name] = _largest() - before if name == "recomputed" else found["recomputed"] + _largest() - before
    return found


def _step(learner: Model) -> Any:
    import keras

    around = keras.Sequential([keras.Input((28, 28, 1)), learner])
    around.compile(optimizer=keras.optimizers.SGD(1e-3), loss="sparse_categorical_crossentropy", jit_compile=False)
    return around.train_on_batch


def _largest() -> int:
    status = Path("/proc/self/status")
    if status.is_file():
        # Not `ru_maxrss`: a process inherits that from the one that started it, which may be larger.
        (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status.read_text(encoding="utf-8"), re.MULTILINE)
        return 1024 * int(kilobytes)
    # macOS tells bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(peaks()))
