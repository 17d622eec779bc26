"""The networks in whose feature spaces distances are taken; fixed, as a yardstick is."""

from __future__ import annotations

from reference_models import lite0
from reference_models.store import WEIGHTS
from reference_models.task import Model
from reference_models.transfer import missing

__all__ = ["digit_features", "digit_reader", "lite0_features"]


def digit_reader() -> Model:
    """Return task 14's classifier of digits as it ships, whatever data are at hand.

    From that file and not by `trained`, so that distances over one MNIST and over another have one unit.
    """
    import keras

    return keras.saving.load_model(WEIGHTS / "mnist_cnn.keras", compile=False)


def digit_features() -> Model:
    """Return the 64 features below the classes of task 14's classifier: (n, 28, 28, 1) in [0, 1] to (n, 64)."""
    import keras

    reader = digit_reader()
    return keras.Model(reader.inputs[0], reader.layers[-2].output, name="digit_features")


def lite0_features() -> Model:
    """Return the 1,280 features of EfficientNet-Lite0 from ImageNet: (n, side, side, 3) in [0, 1] to (n, 1280).

    Raises:
        FileNotFoundError: The package with the weights is not installed.
    """
    path = lite0.installed_file()
    if path is None:
        raise FileNotFoundError(missing())
    return lite0.fill(lite0.network(width=0), lite0.read_pth(path))
