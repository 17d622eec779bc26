"""What every attack must hold to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust import attacks
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel
from pytest_robust.testing._value import check_value, require
from pytest_robust.testing.linear_model import LinearModel

__all__ = ["check_attack"]

_SEED = 20_240_607
_EXAMPLES = 9


def check_attack(attack: Attack) -> None:
    """Check that an attack does what the engine, the cache and the reports rely on.

    Tries it on linear models of two and of four classes, with and without bounds. It does not
    say that the attack is strong: hold it against `LinearModel.distance` for that.

    Args:
        attack: An instance.

    Raises:
        AssertionError: It is not a frozen, hashable value whose repr makes it again, has no
            milder version, writes into its input, changes shape or type, leaves the threat
            model, returns what is no number, or gives an example another result when it
            comes again, alone, in another batch or in another order.

    Examples:
        >>> from pytest_robust.attacks import PGD
        >>> check_attack(PGD(eps=0.1))
    """
    check_value(attack, room=attacks)
    require(hasattr(attack, "needs"), f"{attack!r} does not say what it needs: set needs = Differentiable, or Model")
    for classes in (2, 4):
        for bounds in (Bounds(0, 1), UNBOUNDED):
            problem = _Problem(attack, classes, bounds)
            for check in (_check_input, _check_form, _check_threat, _check_repetition, _check_batches):
                check(attack, problem)


class _Problem:
    """A linear model, some inputs, and the threat model of an attack."""

    def __init__(self, attack: Attack, classes: int, bounds: Bounds) -> None:
        random = np.random.Generator(np.random.Philox(_SEED))
        self.model = LinearModel(random.normal(size=(16, classes)), random.normal(size=classes))
        self.x: NDArray[np.float32] = random.random((_EXAMPLES, 4, 4, 1), dtype=np.float32)
        self.y: Integers = self.model.logits(self.x).argmax(axis=1)
        self.threat = ThreatModel(norm=attack.norm, eps=attack.eps, bounds=bounds)
        self.name = f"{classes} classes, {'bounds' if bounds.finite else 'no bounds'}"

    def perturbed(self, attack: Attack, rows: Any = slice(None), x: Any = None) -> Floats:  # noqa: ANN401 - rows or inputs
        index = np.arange(_EXAMPLES)[rows]
        inputs = self.x[rows].copy() if x is None else x
        if x is None:
            inputs.flags.writeable = False
        streams = Streams.of(_SEED, index=index)
        try:
            return attack.perturb(self.model, inputs, self.y[rows], self.threat, streams)
        except ValueError as error:
            if "read-only" in str(error):
                raise AssertionError(f"{attack!r} writes into its input; work on a copy") from error
            raise


def _check_input(attack: Attack, problem: _Problem) -> None:
    x = problem.x.copy()
    problem.perturbed(attack, x=x)
    require(np.array_equal(x, problem.x), f"{attack!r} writes into its input ({problem.name}); work on a copy")


def _check_form(attack: Attack, problem: _Problem) -> None:
    found = problem.perturbed(attack)
    require(
        isinstance(found, np.ndarray) and found.shape == problem.x.shape,
        f"{attack!r} returns shape {np.shape(found)} for inputs of {problem.x.shape} ({problem.name})",
    )
    require(found.dtype == np.float32, f"{attack!r} returns {found.dtype} ({problem.name}); keep float32")
    one = problem.perturbed(attack, slice(0, 1))
    require(one.shape == (1, *problem.x.shape[1:]), f"{attack!r} does not work on a single example ({problem.name})")


def _check_threat(attack: Attack, problem: _Problem) -> None:
    found = problem.perturbed(attack)
    require(bool(np.isfinite(found).all()), f"{attack!r} returns values that are no numbers ({problem.name})")
    outside = np.flatnonzero(~problem.threat.allows(found, problem.x))
    require(
        not len(outside),
        f"{attack!r} leaves the threat model for {len(outside)} of {_EXAMPLES} examples ({problem.name}); "
        "end with threat.project(point, x)",
    )


def _check_repetition(attack: Attack, problem: _Problem) -> None:
    again = np.array_equal(problem.perturbed(attack), problem.perturbed(attack))
    require(again, f"{attack!r} gives another result the second time; draw from streams only ({problem.name})")


def _check_batches(attack: Attack, problem: _Problem) -> None:
    whole = problem.perturbed(attack)
    for name, rows in (
        ("alone", np.array([4])),
        ("in a smaller batch", np.array([2, 5, 7])),
        ("in another order", np.arange(_EXAMPLES)[::-1]),
    ):
        # Sums over a batch of another size round otherwise; a step in another direction does not hide in that.
        same = np.allclose(problem.perturbed(attack, rows), whole[rows], atol=1e-4)
        require(
            same,
            f"{attack!r} gives an example another result {name} ({problem.name}); "
            "draw from streams, and mix no rows (no mean or maximum over the batch)",
        )
