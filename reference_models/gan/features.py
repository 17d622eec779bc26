"""The networks in whose feature spaces distances are taken; fixed, as a yardstick is."""

from __future__ import annotations

from reference_models import lite0
from reference_models.store import WEIGHTS
from reference_models.task import Model
from reference_models.transfer import missing

__all__ = ["digit_features", "digit_reader", "lite0_features"]

# Pixels that images are enlarged to before EfficientNet-Lite0 sees them.
_SIDE = 128


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

    Images are enlarged first. The network halves their sides five times and learned from 224 pixels: of 64 there
    would be four places left to take the mean over, each of them at the edge. At 224 itself, a distance takes three
    times as long.

    Raises:
        FileNotFoundError: The package with the weights is not installed.

    References:
        Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium", NeurIPS
        2017, arXiv:1706.08500, for features of a network that was trained on ImageNet.
    """
    import keras

    path = lite0.installed_file()
    if path is None:
        raise FileNotFoundError(missing())
    network = lite0.fill(lite0.network(width=0), lite0.read_pth(path))
    enlarged = keras.layers.Resizing(_SIDE, _SIDE, interpolation="bilinear")
    return keras.Sequential([keras.Input((None, None, 3)), enlarged, network], name="lite0_features")
