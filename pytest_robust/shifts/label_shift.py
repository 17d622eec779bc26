"""Another mix of classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import isclose
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from pytest_robust.core.arrays import Floats, Integers, Labels
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.shift import Shift

__all__ = ["LabelShift"]

# Classes that a title names one by one.
_NAMED = 4
# Shares written with three decimals still count as a whole.
_ROUNDING = 2e-3
# Below this the answers of two classes are so alike that their shares are noise: a hundredfold
# error of the shares for one of the answers.
_TELLING = 1e-2


@dataclass(frozen=True)
class LabelShift(Shift):
    """The classes are as common as stated; examples of one class are what they were.

    An example weighs the share its class is to have over the share it has in the data.

    Args:
        shares: The share of each class, from 0 to 1, by the label as the data have it: a
            name, or a class index. They sum to 1, so a class that is left out has none.

    Raises:
        InvalidArgument: A share is outside 0..1, or they do not sum to 1.

    Examples:
        >>> animals = Dataset(x=np.zeros((4, 2)), y=["cat", "dog", "dog", "dog"])
        >>> LabelShift({"cat": 0.7, "dog": 0.3}).weights(animals, np.arange(4)).round(1).tolist()
        [2.8, 0.4, 0.4, 0.4]

    References:
        Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori
        probabilities: a simple procedure", Neural Computation 14(1), 2002.
    """

    shares: Mapping[Any, float]

    def __post_init__(self) -> None:
        """Validate; NumPy's numbers become Python's."""
        if not isinstance(self.shares, Mapping) or not self.shares:
            raise InvalidArgument(
                f"LabelShift({self.shares!r}): give the share of each class, for instance "
                'LabelShift({"cat": 0.7, "dog": 0.3})'
            )
        shares = {_plain(label): _plain(share) for label, share in self.shares.items()}
        for label, share in shares.items():
            if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
                raise InvalidArgument(f"LabelShift: the share of {label!r} is {share!r}, and must be from 0 to 1")
        total = sum(shares.values())
        if not isclose(total, 1, abs_tol=_ROUNDING):
            raise InvalidArgument(
                f"LabelShift: the shares {shares} sum to {total:g}, and must sum to 1; "
                "name every class that the model will meet"
            )
        object.__setattr__(self, "shares", shares)

    @classmethod
    def estimated(cls, *, labels: Labels, answers: Labels, answers_there: Labels) -> LabelShift:
        """Return the mix in which a model would answer as it was seen to, on inputs without labels.

        How often each class is taken for each other is counted where the labels are known. The
        answers over there are then the classes over there, mixed up alike; the mix that explains
        them best is found by least squares. The model may be a poor one, as long as its answers
        tell the classes apart.

        Args:
            labels: (n,) of examples like the test set's, not those the model was trained on.
            answers: (n,) the model's classes for these.
            answers_there: (m,) the model's classes where it will be used.

        Raises:
            InvalidData: There are none, not as many answers as labels, or the answers do not
                tell the classes apart.

        Examples:
            >>> labels = [0] * 100 + [1] * 100
            >>> answers = [0] * 90 + [1] * 10 + [0] * 20 + [1] * 80
            >>> there = [0] * 34 + [1] * 66
            >>> LabelShift.estimated(labels=labels, answers=answers, answers_there=there).title
            '0 0.2, 1 0.8'

        References:
            Lipton, Wang and Smola, "Detecting and Correcting for Label Shift with Black Box
            Predictors", ICML 2018, arXiv:1802.03916.
        """
        target, said, there = (np.asarray(values) for values in (labels, answers, answers_there))
        for name, values in (("labels", target), ("answers", said), ("answers_there", there)):
            if values.ndim != 1 or not len(values):
                raise InvalidData(
                    f"{name} has shape {values.shape}: give one class an example, as in scores.argmax(axis=1)"
                )
        if len(target) != len(said):
            raise InvalidData(f"{len(target)} labels and {len(said)} answers: give the answer to each labelled example")
        classes = np.unique(target)
        words = np.unique(np.concatenate([said, there]))
        # Columns: what is answered to a class, as shares.
        mixed = np.stack([_shares_of(said[target == label], words) for label in classes], axis=1)
        if len(words) < len(classes) or np.linalg.svd(mixed, compute_uv=False)[-1] < _TELLING:
            raise InvalidData(
                f"the answers do not tell the classes {classes.tolist()[:10]} apart, so their shares cannot be "
                "estimated from answers; take a model that does, or fewer classes"
            )
        found, _ = nnls(mixed, _shares_of(there, words))
        return cls(dict(zip(classes.tolist(), (found / found.sum()).tolist(), strict=True)))

    @property
    def title(self) -> str:
        """The largest shares."""
        largest = sorted(self.shares, key=lambda label: -self.shares[label])
        named = sorted(largest[:_NAMED], key=list(self.shares).index)
        rest = len(largest) - len(named)
        return ", ".join(f"{label} {self.shares[label]:.3g}" for label in named) + (f" and {rest} more" if rest else "")

    def weights(self, data: Dataset, rows: Integers) -> Floats:
        """Return the share that an example's class is to have over the one it has."""
        if data.y is None:
            raise InvalidData("the data have no labels y, and LabelShift is about their shares: give labels")
        y = np.asarray(data.y)[rows]
        if y.ndim != 1:
            raise InvalidData(f"y has shape {y.shape}: LabelShift needs one class an example")
        labels, place, counts = np.unique(y, return_inverse=True, return_counts=True)
        known = {_plain(label): index for index, label in enumerate(labels)}
        wanted = np.zeros(len(labels))
        for label, share in self.shares.items():
            if label in known:
                wanted[known[label]] = share
            elif share > 0:
                raise InvalidArgument(_unknown(label, share, list(known), len(y)))
        weights: Floats = (wanted * len(y) / counts)[place]
        return weights


def _shares_of(answers: Labels, words: Labels) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = (answers[:, None] == words).mean(axis=0)
    return shares


def _plain(value: Any) -> Any:  # noqa: ANN401 - a label of any type
    return value.item() if isinstance(value, np.generic) else value


def _unknown(label: object, share: float, known: list[object], examples: int) -> str:
    near = get_close_matches(str(label), [str(one) for one in known], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    there = ", ".join(repr(one) for one in known[:10]) + (", ..." if len(known) > 10 else "")  # noqa: PLR2004 - a line's worth
    return (
        f"LabelShift: {label!r} is to have a share of {share:g}, and none of the {examples} examples has that label; "
        f"there are {there}{hint}"
    )
