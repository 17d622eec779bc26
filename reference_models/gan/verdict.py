"""A discriminator as a classifier of real and generated images."""

from __future__ import annotations

import numpy as np

from reference_models.gan.sampling import CLASSES, as_shares, asked_for, latents, samples
from reference_models.splits import Examples
from reference_models.task import Family, Model, Subject

__all__ = ["real_or_generated", "told_the_digit"]


def told_the_digit(discriminator: Model) -> Model:
    """Return the discriminator as it was trained, asked about the digit that an image is to show.

    From {"image": (n, side, side, channels), "digit": (n, 10)}, 1 there and 0 elsewhere, to (n, 1) logits, above 0
    for a real image of that digit. An attack names the input that it changes: `FGSM(eps=0.1, on="image")`.
    """
    import keras

    image = keras.Input(discriminator.input_shape[1:], name="image")
    digit = keras.Input((CLASSES,), name="digit")
    classes = keras.Model(discriminator.inputs[0], discriminator.get_layer("classes").output)(image)
    verdict = keras.ops.sum(classes * digit, axis=-1, keepdims=True)
    return keras.Model({"image": image, "digit": digit}, verdict, name="real_or_generated")


def real_or_generated(family: Family, real: Examples, *, key: int) -> Subject:
    """Return the discriminator with real images, 1, and as many generated ones, 0.

    Args:
        family: Its "generator" makes the others.
        real: Images it has not learned from, and their digits; where these are not known, the discriminator is asked
            about images alone, as it has learned then.
        key: Of the latent vectors.
    """
    z = latents(family["generator"], len(real), key=key)
    images = np.concatenate([as_shares(real.x), samples(family["generator"], z)])
    y = np.repeat([1, 0], [len(real), len(z)])
    if (real.y < 0).any():
        return Subject(model=family["discriminator"], x=images, y=y)
    digits = np.concatenate([real.y, asked_for(z)])
    x = {"image": images, "digit": np.eye(CLASSES, dtype=np.float32)[digits]}
    return Subject(model=told_the_digit(family["discriminator"]), x=x, y=y)
