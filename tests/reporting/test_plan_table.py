"""A plan's figures stand below what they are of, and its sums say what they are."""

from __future__ import annotations

from pytest_robust.core.outcomes import Cost
from pytest_robust.core.planned import Planned
from pytest_robust.reporting import Terminal

ATTACK = Planned(
    title="accuracy under PGD(eps=0.03) >= 0.6",
    nodeid="test_m.py::test_attack",
    claim="dataset",
    examples=10_000,
    probed=10,
    cost=Cost(queries=20_000, gradients=400_000, seconds=754),
    likely=176,
    likely_cost=Cost(queries=352, gradients=7040, seconds=13.5),
    drop=0.0001,
)
POPULATION = Planned(
    title="accuracy >= 0.9",
    nodeid="test_m.py::test_clean",
    claim="population",
    examples=10_000,
    probed=10,
    cost=Cost(queries=10_000, seconds=2),
    likely_cost=Cost(queries=10_000, seconds=2),
    drop=0.00067,
    drop_in_churn=0.0066,
    draws=3,
    note="a\nnote \u2713",
)


def test_each_check_has_its_figures_and_the_end_their_sums() -> None:
    text = Terminal(width=80).plan([ATTACK, POPULATION], lacking=["test_m.py::test_x, which failed"], budget=60)
    assert text.splitlines() == [
        "   examples     queries   gradients     time    likely       in least drop",
        "test_m.py::test_attack: accuracy under PGD(eps=0.03) >= 0.6",
        "     10,000      20,000     400,000 12.6 min       176   13.5 s     0.0001",
        "test_m.py::test_clean: accuracy >= 0.9 (drawn 3 times)",
        "     10,000      30,000           0      6 s         -        -     0.0007",
        "    least drop 0.0066 where 5 % of the answers change both ways",
        "    a note \\u2713",
        "2 checks: 50,000 queries and 400,000 gradients, about 12.7 min",
        "with verdicts that are settled early, about 19.5 s",
        "the budget is 1 min: it suffices",
        "not in the plan: test_m.py::test_x, which failed",
        "PLANNED: nothing was judged",
    ]


def test_a_budget_that_does_not_suffice_is_told() -> None:
    text = Terminal(width=100).plan([POPULATION], budget=5)
    assert "the budget is 5 s: it does not suffice: what comes last would be UNDECIDED" in text
    assert "settled early" not in text


def test_no_check_at_all_is_no_plan_that_could_look_like_a_verdict() -> None:
    assert Terminal(width=80).plan([]).splitlines() == [
        "0 checks: 0 queries and 0 gradients, about 0 s",
        "PLANNED: nothing was judged",
    ]


def test_it_travels_as_plain_values() -> None:
    for one in (ATTACK, POPULATION):
        assert Planned.from_dict(one.to_dict()) == one
