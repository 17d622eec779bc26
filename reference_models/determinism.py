"""What makes a training repeat to the bit."""

from __future__ import annotations

import os

__all__ = ["pin"]


def pin() -> None:
    """Make every operation of this process repeat to the bit: same seed, same weights.

    For a process that does nothing but train, called before TensorFlow is imported. None of it can
    be taken back: under op determinism an unseeded random operation raises, and tf.data runs its
    stages one after the other, in everything else that the process does.

    One thread, because a sum split over two is rounded differently. oneDNN picks its kernels, and
    with them the rounding, by the processor's model; without it two machines agree more often.
    Bits are promised on one machine only; across machines the task's tolerance holds.
    """
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
