"""What examples cost is told from what a few of them took."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.core.outcomes import Cost
from pytest_robust.core.progress import Progress
from pytest_robust.gates.pace import Batch, Pace, Tally


def batches(call, each, *, compiling=0.0, before=0.0, calls=40, sizes=(1, 1, 2, 4, 2)):
    """What an attack of so many calls takes on a machine that is never disturbed."""
    took = [Batch(calls=calls, inputs=calls * n, seconds=calls * (call + each * n)) for n in sizes]
    took[0] = Batch(calls=calls, inputs=took[0].inputs, seconds=took[0].seconds + compiling)
    return [Batch(calls=0, inputs=0, seconds=before), *took]


@pytest.mark.parametrize(("call", "each"), [(0.001, 0.0), (0.0, 0.002), (0.003, 0.0005)])
def test_calls_and_inputs_are_told_apart_and_compiling_is_paid_once(call, each):
    pace = Pace.of(batches(call, each, compiling=7, before=1), queries=40, gradients=0)
    cost = pace.cost(1000, most=250)
    assert cost.queries == 40_000
    assert cost.seconds == pytest.approx(8 + 4 * 40 * call + 40_000 * each)


@pytest.mark.parametrize(("batch", "share", "more"), [(4, 1, 5), (2, 1, 5), (3, 0.8, 0)])
def test_one_batch_in_which_the_machine_was_busy_elsewhere_or_quick_moves_nothing(batch, share, more) -> None:
    took = batches(0.001, 0.001)
    quiet = Pace.of(took, queries=40, gradients=0)
    one = took[batch]
    took[batch] = Batch(calls=one.calls, inputs=one.inputs, seconds=share * one.seconds + more)
    assert Pace.of(took, queries=40, gradients=0).cost(1000, most=256).seconds == pytest.approx(
        quiet.cost(1000, most=256).seconds, rel=0.01
    )


@pytest.mark.parametrize("sizes", [(1,), (1, 1)])
def test_very_few_examples_have_a_pace_too(sizes):
    pace = Pace.of(batches(0.001, 0.001, sizes=sizes), queries=40, gradients=0)
    assert pace.cost(1, most=256).seconds == pytest.approx(0.08)


@pytest.mark.parametrize(("sizes", "first"), [((1,), 0), ((1, 1), 1)])
def test_what_came_before_the_first_batch_is_told_apart_where_there_is_another(sizes, first):
    pace = Pace.of(batches(0.001, 0.001, before=1, sizes=sizes), queries=40, gradients=0)
    assert pace.first == pytest.approx(first)


def test_nothing_asked_costs_nothing() -> None:
    nothing = Pace.of([Batch(calls=0, inputs=0, seconds=0.0)], queries=0, gradients=0)
    assert nothing.cost(1000, most=256) == Cost()
    # However long it took to find that it is known already.
    nothing = Pace.of([Batch(calls=0, inputs=0, seconds=0.5)], queries=0, gradients=0)
    assert nothing.cost(1000, most=256) == Cost()


def test_a_tally_knows_each_batch_by_when_the_next_began() -> None:
    now = [0.0]
    tally = Tally(lambda: now[0])
    for decided, inputs in ((0, 1), (1, 1), (2, 2), (4, 4), (8, 2)):
        tally.decided(Progress(decided=decided, total=10, robust=None, may_stop=True))
        with tally.check("accuracy"):
            tally.asked(queries=inputs)
            tally.asked(gradients=3 * inputs)
        now[0] += 0.2 + 0.1 * 4 * inputs
    pace = tally.pace(10)
    assert (pace.queries, pace.gradients) == (1, 3)
    assert pace.cost(100, most=50).seconds == pytest.approx(2 * 0.2 + 100 * 0.4)
    tally.begin()
    assert tally.pace(10).cost(100, most=50) == Cost()
    assert np.isfinite(pace.first)
