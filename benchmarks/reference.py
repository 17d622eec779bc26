"""The reference implementation of AutoAttack, on the same weights in PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.cnn import BATCH, Digits
from pytest_robust.core.arrays import Floats, Integers

__all__ = ["Reference"]


class Reference:
    """Croce and Hein's own code, as the distribution `pyautoattack` carries it.

    Args:
        digits: A model of convolutions, poolings and dense layers, no other.
    """

    def __init__(self, digits: Digits) -> None:
        self._model = _ported(digits.model)

    def logits(self, x: Floats) -> Floats:
        """Return (n, classes) what the ported model answers."""
        import torch

        with torch.no_grad():
            answers: Floats = self._model(_channels_first(x)).numpy()
        return answers

    def run(self, x: Floats, y: Integers, *, eps: float, seed: int) -> Floats:
        """Return the images that the standard ensemble found in LInf."""
        import torch
        from pyautoattack import AutoAttack

        attack = AutoAttack(self._model, eps=eps, norm="Linf", version="standard", seed=seed, device="cpu")
        attack.verbose = False
        found, _ = attack.run_standard_evaluation(
            _channels_first(x), torch.from_numpy(np.asarray(y, dtype=np.int64)), batch_size=BATCH
        )
        return np.ascontiguousarray(found.numpy().transpose(0, 2, 3, 1))


def _channels_first(x: Floats) -> Any:
    import torch

    return torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2)))


def _ported(model: Any) -> Any:
    import torch
    from torch import nn

    layers: list[Any] = []
    # What the last convolution leaves: height, width and channels, in Keras' order.
    shape: tuple[int, ...] | None = None
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "Conv2D":
            kernel, bias = map(np.asarray, layer.get_weights())
            layers.append(
                _filled(
                    nn.Conv2d(*kernel.shape[2:], kernel.shape[:2], padding="same"), kernel.transpose(3, 2, 0, 1), bias
                )
            )
        elif kind == "MaxPooling2D":
            layers.append(nn.MaxPool2d(2))
        elif kind == "Flatten":
            layers.append(nn.Flatten())
            shape = tuple(layer.input.shape[1:])
            continue
        elif kind == "Dense":
            kernel, bias = map(np.asarray, layer.get_weights())
            if shape is not None:
                # Keras flattens channels last, PyTorch channels first.
                kernel = kernel.reshape(*shape, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
            layers.append(_filled(nn.Linear(*kernel.shape), kernel.T, bias))
            shape = None
        else:
            raise NotImplementedError(f"{kind}: no counterpart in PyTorch is known here")
        if getattr(layer, "activation", None) is not None and layer.activation.__name__ == "relu":
            layers.append(nn.ReLU())
    ported = nn.Sequential(*layers).eval()
    for parameter in ported.parameters():
        parameter.requires_grad_(False)
    assert isinstance(ported, torch.nn.Module)
    return ported


def _filled(layer: Any, weight: Floats, bias: Floats) -> Any:
    import torch

    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.ascontiguousarray(weight)))
        layer.bias.copy_(torch.from_numpy(bias))
    return layer
