"""What a watcher hears of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pytest_robust.attacks import PGD, UniformNoise
from pytest_robust.core.claim import Claim
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.metric import Request
from pytest_robust.core.perturbation import Clean, Perturbation, WorstOf
from pytest_robust.core.policy import Policy
from pytest_robust.core.progress import Progress, Watcher
from pytest_robust.evaluation.laboratory import Laboratory
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise

RANDOM = np.random.default_rng(3)
X = RANDOM.random((150, 6)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(6, 3)), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)
Y[:30] = (Y[:30] + 1) % 3


@dataclass
class Ear(Watcher):
    """Remembers what it hears, in order: a Progress for each look, None for each question."""

    heard: list[Progress | None] = field(default_factory=list)

    @contextmanager
    def check(self, title: str) -> Iterator[None]:
        yield

    def decided(self, progress: Progress) -> None:
        self.heard.append(progress)

    def asked(self, *, queries: int = 0, gradients: int = 0) -> None:
        self.heard.append(None)

    @property
    def looks(self) -> list[Progress]:
        return [one for one in self.heard if one is not None]


def watched(under: Perturbation, *, only_right: bool = False, **policy: object) -> tuple[Laboratory, Ear, Request]:
    ear = Ear()
    laboratory = Laboratory(MODEL, Dataset(x=X, y=Y), Policy(**policy), watcher=ear)  # type: ignore[arg-type]  # one of its own
    return laboratory, ear, Request(under=under, only_right=only_right)


def test_each_look_is_announced_with_what_the_ones_before_it_decided() -> None:
    laboratory, ear, request = watched(PGD(eps=0.05, steps=3))
    evaluation = laboratory.evaluation(request)
    evaluation.extend(len(evaluation))
    assert [look.decided for look in ear.looks] == [0, 32, 64, 128]
    assert {(look.total, look.may_stop) for look in ear.looks} == {(150, True)}
    assert ear.looks[0].robust is None
    for look in ear.looks[1:]:
        known = evaluation.outcomes_at(look.decided)
        right = np.where(known.clean > 0, known.perturbed, 0.0)
        assert 0 < right.mean() < 1
        assert look.robust == pytest.approx(right.mean())


def test_what_became_right_by_the_change_does_not_count_as_robust() -> None:
    laboratory, ear, request = watched(GaussianNoise(sigma=0.3))
    evaluation = laboratory.evaluation(replace(request, outputs=True))
    evaluation.extend(len(evaluation))
    known = evaluation.outcomes_at(128)
    assert (known.perturbed[known.clean == 0] > 0).any()
    assert ear.looks[-1].robust == pytest.approx(((known.clean > 0) & (known.perturbed > 0)).mean())


def test_what_is_known_already_is_not_announced_again() -> None:
    laboratory, ear, request = watched(GaussianNoise(sigma=0.3))
    laboratory.evaluation(request).extend(64)
    before = list(ear.heard)
    assert before
    laboratory.evaluation(request).extend(64)
    assert ear.heard == before
    laboratory.evaluation(request).extend(65)
    assert [look.decided for look in ear.looks] == [0, 32, 64]


@pytest.mark.parametrize("policy", [{"exact": True}, {"claim": Claim.POPULATION}], ids=str)
def test_where_all_are_evaluated_anyway_nothing_is_said_to_stop_early(policy: dict[str, object]) -> None:
    laboratory, ear, request = watched(GaussianNoise(sigma=0.3), batch_size=100, **policy)
    laboratory.evaluation(request).extend(150)
    assert [(look.decided, look.may_stop) for look in ear.looks] == [(0, False), (100, False)]


@pytest.mark.parametrize(
    ("under", "least"),
    # A gradient a step and the answers at the end; a query a part and the answers; the answers alone.
    [(PGD(eps=0.001, steps=20), 20), (WorstOf(UniformNoise(eps=0.01), UniformNoise(eps=0.02)), 2), (Clean(), 0)],
    ids=repr,
)
def test_within_one_look_every_question_is_heard(under: Perturbation, least: int) -> None:
    laboratory, ear, request = watched(under, exact=True)
    laboratory.evaluation(request).extend(150)
    assert len(ear.looks) == 1
    assert ear.heard[1:].count(None) >= least


def test_other_data_and_another_policy_have_the_same_watcher() -> None:
    laboratory, ear, request = watched(GaussianNoise(sigma=0.3))
    laboratory.with_policy(Policy(seed=5)).evaluation(request).extend(1)
    assert [look.total for look in ear.looks] == [150]
    laboratory.evaluation(replace(request, data=(X[:40], Y[:40]))).extend(1)
    assert [look.total for look in ear.looks] == [150, 40]
    laboratory.evaluation(replace(request, only_right=True)).extend(1)
    assert [look.total for look in ear.looks] == [150, 40, 120]


def test_being_watched_changes_no_outcome() -> None:
    laboratory, _, request = watched(PGD(eps=0.05, steps=3))
    alone = Laboratory(MODEL, Dataset(x=X, y=Y), Policy()).evaluation(request)
    seen = laboratory.evaluation(request)
    for evaluation in (alone, seen):
        evaluation.extend(150)
    assert (alone.outcomes.perturbed == seen.outcomes.perturbed).all()
    assert (alone.outcomes.cost.queries, alone.outcomes.cost.gradients) == (
        seen.outcomes.cost.queries,
        seen.outcomes.cost.gradients,
    )
