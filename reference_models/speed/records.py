"""Images on a disk, and how they reach a training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from reference_models.splits import Examples

__all__ = ["Feed", "cached", "decode", "read_each_time", "write"]

Feed: TypeAlias = Callable[..., Any]
"""Takes the path of the records, how many there are, `batch_size` and `decoded`; returns a `tf.data.Dataset`."""

# Of the order in which examples are drawn; the same for every feed, so that they differ in nothing else.
_SEED = 0


def write(train: Examples, path: Path) -> None:
    """Write images as PNG, each with its label, into one file of records.

    Args:
        train: (n, height, width, 1) in [0, 1], and class indices.
        path: The file.
    """
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path)) as records:
        for image, label in zip(np.rint(train.x * 255).astype(np.uint8), train.y.tolist(), strict=True):
            features = {
                "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[tf.io.encode_png(image).numpy()])),
                "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
            }
            records.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())


def decode(record: Any) -> tuple[Any, Any]:
    """Return the image of a record, in [0, 1], and its label."""
    import tensorflow as tf

    form = {"image": tf.io.FixedLenFeature([], tf.string), "label": tf.io.FixedLenFeature([], tf.int64)}
    held = tf.io.parse_single_example(record, form)
    image = tf.ensure_shape(tf.io.decode_png(held["image"], channels=1), (28, 28, 1))
    return tf.cast(image, tf.float32) / 255.0, held["label"]


def read_each_time(path: Path, count: int, *, batch_size: int, decoded: Callable[[Any], Any] = decode) -> Any:
    """Return batches that are read and decoded anew in every epoch, one image after the other."""
    import tensorflow as tf

    records = tf.data.TFRecordDataset(str(path)).apply(_that_many(count)).shuffle(count, seed=_SEED)
    return records.map(decoded).batch(batch_size)


def cached(path: Path, count: int, *, batch_size: int, decoded: Callable[[Any], Any] = decode) -> Any:
    """Return the same batches, read and decoded once, several images at a time, and ready before they are asked for.

    The cache holds images in the order of the file, and stands before everything that is random: what comes
    after a shuffle or an augmentation would be the same in every epoch.
    """
    import tensorflow as tf

    records = tf.data.TFRecordDataset(str(path)).apply(_that_many(count))
    images = records.map(decoded, num_parallel_calls=tf.data.AUTOTUNE).cache()
    return images.shuffle(count, seed=_SEED).batch(batch_size).prefetch(tf.data.AUTOTUNE)


def _that_many(count: int) -> Any:
    """Return what tells a dataset how long it is: a file of records does not know, and Keras then seeks the end."""
    import tensorflow as tf

    return tf.data.experimental.assert_cardinality(count)
