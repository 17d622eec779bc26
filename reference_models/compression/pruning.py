"""Pruning: the smallest weights become zero, and stay zero while the others are fine-tuned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.splits import Examples
from reference_models.task import Epoch, Model

__all__ = ["Pruned", "kernels", "largest", "staying_zero", "zeros"]

# The least that still runs every line.
_QUICK_EXAMPLES = 256


def kernels(model: Model) -> list[Any]:
    """Return the weights that can be pruned: of each layer the matrix, not the bias, which is few numbers."""
    return [variable for variable in model.trainable_variables if len(variable.shape) > 1]


def zeros(model: Model) -> float:
    """Return the share of the kernels' weights that are zero."""
    values = [np.asarray(kernel) for kernel in kernels(model)]
    return float(sum((value == 0).sum() for value in values) / sum(value.size for value in values))


def largest(model: Model, *, sparsity: float) -> list[NDArray[np.float32]]:
    """Return a mask for each kernel: 1 for the weights that stay, 0 for the smallest of all kernels together.

    Args:
        model: The model; it is not changed.
        sparsity: The share that goes, in [0, 1).

    Raises:
        ValueError: `sparsity` is outside its range.

    References:
        Han et al., "Learning both Weights and Connections for Efficient Neural Networks", NIPS 2015, arXiv:1506.02626.
        Zhu and Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model compression", 2017,
        arXiv:1710.01878: in steps, with training in between.
    """
    if not 0 <= sparsity < 1:
        raise ValueError(f"sparsity={sparsity}: the share of the weights that become zero is in [0, 1)")
    sizes = [np.abs(np.asarray(kernel)) for kernel in kernels(model)]
    least = np.quantile(np.concatenate([size.ravel() for size in sizes]), sparsity)
    return [(size >= least).astype(np.float32) for size in sizes]


def staying_zero(masks: list[NDArray[np.float32]]) -> Any:
    """Return a callback that sets to zero what the masks say, before the first step and after each.

    An optimizer with momentum moves a weight that is zero even where its gradient is: a mask on the
    gradients alone would not do.

    Args:
        masks: One for each kernel of the model that is fitted.
    """
    import keras

    class StayingZero(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
        def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002 - Keras passes it by name
            self._mask()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002 - likewise
            self._mask()

        def _mask(self) -> None:
            for kernel, mask in zip(kernels(self.model), masks, strict=True):
                kernel.assign(kernel * mask)

    return StayingZero()


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """Fine-tunes a trained model while ever more of its weights are zero.

    Args:
        sparsities: The share of zeros in each stage, rising.
        epochs: Passes over the training data in each stage.
        batch_size: Examples a step.
        learning_rate: Of Adam, at the start of each stage; it falls to zero.
        augment: Returns layers that change the inputs while training, and only then.
    """

    sparsities: tuple[float, ...]
    epochs: tuple[int, ...]
    batch_size: int
    learning_rate: float
    augment: Callable[[], list[Any]] = list

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Prune and fine-tune a trained model, in its place."""
        import keras

        train = train[:_QUICK_EXAMPLES] if quick else train
        done, of = 0, len(self.epochs) if quick else sum(self.epochs)
        for sparsity, full in zip(self.sparsities, self.epochs, strict=True):
            epochs = 1 if quick else full
            steps = epochs * -(-len(train) // self.batch_size)
            # The optimizer belongs to this outer model, and is not kept with the inner one.
            learner = keras.Sequential([keras.Input(model.input_shape[1:]), *self.augment(), model])
            learner.compile(
                optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(self.learning_rate, steps)),
                loss="sparse_categorical_crossentropy",
                metrics=["accuracy"],
            )

            def tell(epoch: int, logs: Any, before: int = done) -> None:
                on_epoch(Epoch(number=before + epoch + 1, of=of, figures=dict(logs)))

            learner.fit(
                train.x,
                train.y,
                batch_size=self.batch_size,
                epochs=epochs,
                verbose=0,
                callbacks=[
                    staying_zero(largest(model, sparsity=sparsity)),
                    keras.callbacks.LambdaCallback(on_epoch_end=tell),
                ],
            )
            done += epochs
        return model
