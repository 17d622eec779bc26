from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import Constrained, InvalidArgument, WorstOf
from pytest_robust.attacks import FGSM
from pytest_robust.core.constrained import holds
from pytest_robust.transforms import ColumnNoise, MissingValues


def ordered(table):
    return table["low"] <= table["high"]


def positive(table):
    return table["low"] > 0


NOISE = ColumnNoise(sigma=0.5)


def test_its_repr_is_code_given_the_functions() -> None:
    made = Constrained(change=NOISE | MissingValues(rate=0.1), constraints=(ordered, positive), attempts=7)
    assert eval(repr(made)) == made
    assert eval(repr(Constrained(change=NOISE, constraints=(ordered,)))).attempts == 100


def test_it_is_as_strong_as_its_change() -> None:
    made = Constrained(change=NOISE, constraints=(ordered,))
    assert made.scaled(0.5) == Constrained(change=ColumnNoise(sigma=0.25), constraints=(ordered,))
    assert made.has_strength
    assert made.level == 0.5
    assert made.family == "Constrained(change=ColumnNoise(), constraints=(ordered,))"


@pytest.mark.parametrize("change", [FGSM(eps=0.1), NOISE | FGSM(eps=0.1), "noise"])
def test_what_is_no_transform_is_refused(change) -> None:
    with pytest.raises(InvalidArgument, match="change=.*must be a transform or a chain of some"):
        Constrained(change=change, constraints=(ordered,))


def test_the_worst_of_several_transforms_is_taken() -> None:
    assert Constrained(change=WorstOf(NOISE, MissingValues(rate=0.1)), constraints=(ordered,)).has_strength


@pytest.mark.parametrize("constraints", [(), ordered, [ordered], ("low < high",)])
def test_constraints_that_are_no_functions_are_refused(constraints) -> None:
    with pytest.raises(InvalidArgument, match="constraints=.*must be a tuple of functions"):
        Constrained(change=NOISE, constraints=constraints)


@pytest.mark.parametrize("attempts", [0, 1.5, True])
def test_attempts_that_are_none_are_refused(attempts) -> None:
    with pytest.raises(InvalidArgument, match="attempts=.*must be an integer, at least 1"):
        Constrained(change=NOISE, constraints=(ordered,), attempts=attempts)


def test_a_constraint_on_an_unknown_column_names_it() -> None:
    with pytest.raises(
        InvalidArgument, match="constraint ordered asks for the column 'high', and the table has .'low'"
    ):
        holds(ordered, {"low": np.zeros(2)}, 2)


@pytest.mark.parametrize("answer", [True, np.ones(3, bool), np.ones(2)])
def test_a_constraint_that_gives_no_boolean_a_row_is_refused(answer) -> None:
    with pytest.raises(InvalidArgument, match="must give one boolean a row"):
        holds(lambda table: answer, {"low": np.zeros(2)}, 2)
