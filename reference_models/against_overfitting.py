"""Ways to fit models side by side that are to keep them from learning their examples by heart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reference_models.families import ensemble
from reference_models.side_by_side import Learning, apart, side_by_side
from reference_models.splits import Examples
from reference_models.task import Epoch, Model

__all__ = ["CrossValidatedChoice", "EarlyStopping", "Ensembles", "SideBySide"]


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """Fits each model that stands side by side in one on all examples.

    Args:
        learning: How.
    """

    learning: Learning

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit the models and return them side by side."""
        models = apart(model)
        self.learning(models, train, _all_rows(models, train), quick=quick, after=_always(on_epoch))
        return model


@dataclass(frozen=True, kw_only=True)
class Ensembles:
    """Fits all models on all examples, and returns ensembles of them side by side.

    Args:
        learning: How.
        of: Members each; the models are dealt out in their order.
    """

    learning: Learning
    of: int

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit the members and return the ensembles side by side."""
        members = apart(SideBySide(learning=self.learning)(model, train, quick=quick, on_epoch=on_epoch))
        dealt = [members[first : first + self.of] for first in range(0, len(members), self.of)]
        return side_by_side([ensemble(each, name=f"ensemble_{place}") for place, each in enumerate(dealt)])


@dataclass(frozen=True, kw_only=True)
class EarlyStopping:
    """Keeps of each model the epoch that does best on training examples that it does not learn from.

    Args:
        learning: How, at the longest.
        held_out: Share of the training examples that is held out, of each class, another for each model.
        patience: Epochs without a lower loss after which a model is finished.

    References:
        Prechelt, "Early Stopping - But When?", in Neural Networks: Tricks of the Trade, 1998.
    """

    learning: Learning
    held_out: float
    patience: int

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit the models and return them side by side."""
        from sklearn.model_selection import StratifiedShuffleSplit

        models = apart(model)
        # Dealt by NumPy's global generator, which has the seed that all else follows.
        deals = [next(StratifiedShuffleSplit(1, test_size=self.held_out).split(train.x, train.y)) for _ in models]
        lowest = [np.inf] * len(models)
        best = [each.get_weights() for each in models]
        at = [0] * len(models)

        def after(epoch: Epoch) -> bool:
            on_epoch(epoch)
            for place, each in enumerate(models):
                finished = epoch.number - at[place] > self.patience
                loss = np.inf if finished else _loss(each, train, deals[place][1])
                if loss < lowest[place]:
                    lowest[place], at[place], best[place] = loss, epoch.number, each.get_weights()
            return any(epoch.number - last < self.patience for last in at)

        self.learning(models, train, np.stack([learn for learn, _ in deals]), quick=quick, after=after)
        for each, weights in zip(models, best, strict=True):
            each.set_weights(weights)
        return model


@dataclass(frozen=True, kw_only=True)
class CrossValidatedChoice:
    """Chooses a strength for each model by cross-validation, and fits a new one with it on all examples.

    The folds are dealt anew for each. Each fold of each strength has a fresh model, which has not seen what it is
    asked about. Of strengths that do equally well the largest is taken.

    Args:
        learning: How.
        build: Returns a fresh model of a name and a strength.
        strengths: What to choose from, at least two.
        folds: At least two.
    """

    learning: Learning
    build: Callable[[str, float], Model]
    strengths: tuple[float, ...]
    folds: int

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Return new models, side by side, as many as stood so in the model."""

        def choosing(epoch: Epoch) -> bool:
            on_epoch(replace(epoch, of=2 * epoch.of))
            return True

        def fitting(epoch: Epoch) -> bool:
            on_epoch(replace(epoch, number=epoch.of + epoch.number, of=2 * epoch.of))
            return True

        chosen = self._chosen(len(apart(model)), train, quick=quick, after=choosing)
        fresh = [self.build(f"seed_{seed}", strength) for seed, strength in enumerate(chosen)]
        self.learning(fresh, train, _all_rows(fresh, train), quick=quick, after=fitting)
        return side_by_side(fresh)

    def _chosen(self, seeds: int, train: Examples, *, quick: bool, after: Callable[[Epoch], bool]) -> tuple[float, ...]:
        """Return the strength that each seed's own folds speak for."""
        from sklearn.model_selection import StratifiedKFold

        # Dealt by NumPy's global generator, which has the seed that all else follows.
        deals = [list(StratifiedKFold(self.folds, shuffle=True).split(train.x, train.y)) for _ in range(seeds)]
        # (seeds, strengths, folds), flat.
        fresh = [
            self.build(f"seed_{seed}_strength_{place}_fold_{fold}", strength)
            for seed in range(seeds)
            for place, strength in enumerate(self.strengths)
            for fold in range(self.folds)
        ]
        folds = [fold for deal in deals for _ in self.strengths for fold in deal]
        # Folds differ by an example or so where they do not come out even; what is over is left out.
        least = min(len(learn) for learn, _ in folds)
        self.learning(fresh, train, np.stack([learn[:least] for learn, _ in folds]), quick=quick, after=after)
        right = [
            np.sum(_answers(model, train.x[asked]).argmax(axis=-1) == train.y[asked])
            for model, (_, asked) in zip(fresh, folds, strict=True)
        ]
        totals = np.reshape(right, (seeds, len(self.strengths), self.folds)).sum(axis=-1)
        return tuple(max(zip(of_seed, self.strengths, strict=True))[1] for of_seed in totals.tolist())


def _all_rows(models: Sequence[Model], train: Examples) -> NDArray[np.int64]:
    return np.tile(np.arange(len(train)), (len(models), 1))


def _always(on_epoch: Callable[[Epoch], None]) -> Callable[[Epoch], bool]:
    def after(epoch: Epoch) -> bool:
        on_epoch(epoch)
        return True

    return after


def _answers(model: Model, x: NDArray[np.float32]) -> NDArray[np.float32]:
    # Called, not `predict`: of a hundred small models, each would first trace a function.
    answers: NDArray[np.float32] = model(x, training=False).numpy()
    return answers


def _loss(model: Model, examples: Examples, rows: NDArray[np.int64]) -> float:
    right = _answers(model, examples.x[rows])[np.arange(len(rows)), examples.y[rows]]
    return float(-np.log(np.maximum(right, 1e-7)).mean())
