"""Task 8: digits in colours that nobody wrote or chose."""

from __future__ import annotations

from collections.abc import Mapping

from reference_models.data import coloured_digits
from reference_models.gan.augment import moved
from reference_models.gan.drawn import generated
from reference_models.gan.features import lite0_features
from reference_models.gan.fit import Adversarial
from reference_models.gan.losses import NonSaturating
from reference_models.gan.measure import KEY, coverage, distances
from reference_models.gan.networks import colour_discriminator, colour_generator
from reference_models.gan.reader import colour_reader
from reference_models.gan.sampling import latents, samples
from reference_models.gan.verdict import real_or_generated
from reference_models.splits import Splits
from reference_models.task import Expected, Family, Subject, Task, Trained
from reference_models.transfer import missing

# Images of each kind that the discriminator is asked about.
_ASKED = 500


def build() -> Family:
    """Return a generator and its discriminator."""
    return {"generator": colour_generator(), "discriminator": colour_discriminator()}


def measure(family: Family, splits: Splits) -> Mapping[str, float]:
    """Return the Frechet distance in the feature space of EfficientNet-Lite0, and the digits that are read."""
    generator = family["generator"]
    images = samples(generator, latents(generator, len(splits.test), key=KEY))
    found = distances(images, splits, lite0_features())
    if splits.source == "coloured_digits":
        found |= coverage(images, colour_reader(side=coloured_digits.SIDE))
    return found


def discriminator(result: Trained) -> Subject:
    """Return the discriminator as a classifier: 1 for test images, 0 for as many generated ones."""
    return real_or_generated(result.model, result.splits.test[:_ASKED], key=KEY)


TASK = Task(
    number=8,
    name="gan_color",
    purpose="A GAN that makes the coloured digit it is asked for, 64 x 64 pixels: a mask over two colours",
    data="MNIST digits in colours, 4,000 embedded; an archive or a folder of pictures where one is named",
    load=coloured_digits.load,
    build=build,
    fit=Adversarial(
        steps=4000,
        batch_size=32,
        learning_rate=1e-3,
        loss=NonSaturating(real=0.9),
        features=lite0_features,
        every=500,
        compared=500,
        average=0.995,
        augment=moved,
    ),
    expected=(
        # Seeds 0 and 1: 84.4, 84.6; real images have 22, noise has 441. On other pictures nothing was measured.
        Expected(metric="frechet", value=84, tolerance=25, source="coloured_digits"),
        Expected(metric="digits", value=10, tolerance=0.5, source="coloured_digits"),
    ),
    cpu_seconds=510,
    asserted="all ten digits, and the one asked for, under latent noise and truncation; FGSM on its judge; no copies",
    figure=generated,
    measure=measure,
    subject=discriminator,
    missing=missing,
)
