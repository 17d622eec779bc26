"""Corruption errors against the arithmetic of the literature, on answers that are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from pytest_robust import Exactly, InvalidArgument, Subject
from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import check_severity, severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.policy import Policy
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import GaussianNoise, Rotate, SaltAndPepper

N = 60
# A digit each: the answer is the first entry, and a corruption takes from it.
X = np.linspace(0, 1, N, dtype=np.float32)[:, None] * np.ones(4, dtype=np.float32)
Y = np.ones(N, dtype=int)


@dataclass(frozen=True, kw_only=True, repr=False)
class Darker(Transform):
    """Takes a twentieth of the range away for each severity."""

    severity: int = severity_field()
    weight: float = 0.05

    def __post_init__(self) -> None:
        check_severity(self.severity)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        return replace(batch, x=batch.bounds.clip(batch.x - np.float32(self.weight * self.severity)))


@dataclass(frozen=True, kw_only=True, repr=False)
class Brighter(Darker):
    """Gives as much."""

    weight: float = -0.05


def above(threshold):
    def model(x):
        return (x.mean(axis=1) > threshold).astype(int)

    return model


def subject(threshold, **policy):
    return Subject(above(threshold), X, Y, bounds=(0, 1), policy=Policy(**policy))


def rates(threshold, weight):
    """The error rates unchanged and at the five severities."""
    values = np.linspace(0, 1, N)
    return [float((np.clip(values - weight * severity, 0, 1) <= threshold).mean()) for severity in range(6)]


def test_the_corruption_error_is_the_mean_error_over_the_severities() -> None:
    estimate = subject(0.3).corruption_error(Darker).estimate()
    assert estimate.value == pytest.approx(np.mean(rates(0.3, 0.05)[1:]), abs=0.01)
    assert estimate.low < estimate.value < estimate.high
    # Examples that were wrong before count, unlike in robust accuracy: brighter ones become right.
    brighter = float(subject(0.3).corruption_error(Brighter))
    assert brighter == pytest.approx(np.mean(rates(0.3, -0.05)[1:]), abs=0.01)
    assert brighter < rates(0.3, 0)[0] - 0.05


def test_beside_a_baseline_it_is_the_share_of_its_errors() -> None:
    ratio = subject(0.3).corruption_error(Darker(severity=2), baseline=above(0.5))
    assert float(ratio) == pytest.approx(sum(rates(0.3, 0.05)[1:]) / sum(rates(0.5, 0.05)[1:]), abs=0.01)
    assert float(subject(0.5).corruption_error(Darker, baseline=above(0.5))) == 1


def test_mce_is_the_mean_of_the_shares_and_relative_mce_that_of_the_rises() -> None:
    ours, theirs = [[rates(t, w) for w in (0.05, -0.05)] for t in (0.3, 0.5)]
    mce = np.mean([sum(a[1:]) / sum(b[1:]) for a, b in zip(ours, theirs, strict=True)])
    both = [Darker, Brighter]
    measured = subject(0.3).mean_corruption_error(baseline=above(0.5), corruptions=both)
    assert float(measured) == pytest.approx(mce, abs=0.01)
    rise = (sum(ours[0][1:]) - 5 * ours[0][0]) / (sum(theirs[0][1:]) - 5 * theirs[0][0])
    relative = subject(0.3).relative_mean_corruption_error(baseline=above(0.5), corruptions=[Darker])
    assert float(relative) == pytest.approx(rise, abs=0.02)


def test_a_model_with_fewer_errors_may_still_lose_more_to_corruptions() -> None:
    # Better by far unchanged, and both lose as much: relative mCE sees no difference.
    mce = subject(0.1).mean_corruption_error(baseline=above(0.6), corruptions=[Darker])
    relative = subject(0.1).relative_mean_corruption_error(baseline=above(0.6), corruptions=[Darker])
    assert mce <= 0.5
    assert relative >= 0.9


def test_a_baseline_without_errors_is_nothing_to_divide_by() -> None:
    with pytest.raises(InvalidArgument, match="nothing to divide by"):
        float(subject(0.3).mean_corruption_error(baseline=above(-1), corruptions=[Darker]))
    # Brighter images are no harder for the baseline.
    with pytest.raises(InvalidArgument, match="no more errors under a corruption than without"):
        float(subject(0.3).relative_mean_corruption_error(baseline=above(0.5), corruptions=[Brighter]))


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        ("corruption_error", {"corruption": Rotate}, "has no severities"),
        ("corruption_error", {"corruption": SaltAndPepper(share=0.1)}, "has no severities"),
        ("corruption_error", {"corruption": GaussianNoise(sigma=0.1)}, "an amount of its own: give GaussianNoise"),
        ("mean_corruption_error", {"baseline": None}, "baseline=None: name the model"),
        ("relative_mean_corruption_error", {"baseline": None}, "baseline=None: name the model"),
        ("mean_corruption_error", {"baseline": len, "corruptions": []}, r"corruptions=\[\] must be a list"),
        ("mean_corruption_error", {"baseline": len, "corruptions": Darker}, "must be a list"),
        ("relative_mean_corruption_error", {"baseline": len, "corruptions": [Rotate]}, "has no severities"),
        ("mean_corruption_error", {}, "baseline"),
        ("mean_flip_rate", {"under": 3}, "no strength that could grow"),
        ("mean_flip_rate", {"under": Rotate(degrees=3), "steps": 0}, "steps=0"),
    ],
)
def test_what_cannot_be_measured_is_refused(kind, arguments, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        getattr(subject(0.3), kind)(**arguments)


def test_the_flip_rate_counts_the_steps_at_which_the_answer_changes() -> None:
    # Darker step by step, each example crosses the threshold once or never.
    dimmed = subject(0.3).mean_flip_rate(under=Darker(severity=5), steps=5)
    crossing = rates(0.3, 0.05)[5] - rates(0.3, 0.05)[0]
    assert float(dimmed) == pytest.approx(crossing / 5, abs=0.005)
    assert crossing > 0.2
    # Without labels as well.
    alone = Subject(above(0.3), X, bounds=(0, 1))
    assert float(alone.mean_flip_rate(under=Darker(severity=5), steps=5)) == float(dimmed)


def test_a_model_that_answers_by_chance_of_the_last_bit_flips_all_the_time() -> None:
    def fickle(x):
        return (np.floor(x[:, 0, 0] * 1e4) % 2).astype(int)

    images = np.random.default_rng(0).random((40, 8, 8)).astype(np.float32)
    turned = Subject(fickle, images, bounds=(0, 1)).mean_flip_rate(under=Rotate(degrees=Exactly(20)), steps=10)
    assert 0.35 <= float(turned) <= 0.65
    constant = Subject(lambda x: np.zeros(len(x), dtype=int), images, bounds=(0, 1))
    assert float(constant.mean_flip_rate(under=Rotate(degrees=Exactly(20)), steps=10)) == 0


def test_a_baseline_is_asked_about_the_same_examples_once_for_all_measurements() -> None:
    calls = []

    def baseline(x):
        calls.append(len(x))
        return above(0.5)(x)

    ours = subject(0.3, samples=30)
    float(ours.corruption_error(Darker, baseline=baseline))
    assert sum(calls) == 6 * 30
    float(ours.mean_corruption_error(baseline=baseline, corruptions=[Darker]))
    assert sum(calls) == 6 * 30
    assert ours.corruption_error(Darker, baseline=baseline) <= 0.9


def test_each_of_two_baselines_is_asked_for_itself() -> None:
    ours = subject(0.3)
    weak, weaker = above(0.5), above(0.7)
    first, second = (float(ours.corruption_error(Darker, baseline=one)) for one in (weak, weaker))
    assert second < first < 1
    assert float(ours.mean_corruption_error(baseline=weaker, corruptions=[Darker])) == second


def test_the_fifteen_of_the_literature_stand_where_none_are_named() -> None:
    from pytest_robust.metrics import MeanCorruptionError

    made = MeanCorruptionError(baseline=len)
    assert len(set(made.corruptions)) == 15
    assert GaussianNoise in made.corruptions
    assert len(made.requests()) == 2 * (1 + 15 * 5)


def test_a_title_names_the_corruption_and_the_baseline_and_records_are_told_apart() -> None:
    ours = subject(0.3)
    measured = (
        ours.corruption_error(Darker(severity=2)),
        ours.corruption_error(Brighter),
        ours.corruption_error(Darker, baseline=above(0.5)),
        ours.corruption_error(Darker, baseline="models/old.keras"),
        ours.mean_corruption_error(baseline="models/old.keras"),
        ours.relative_mean_corruption_error(baseline="models/old.keras"),
    )
    assert [repr(one) for one in measured] == [
        "corruption error of Darker",
        "corruption error of Brighter",
        "corruption error of Darker beside model",
        "corruption error of Darker beside old.keras",
        "mCE beside old.keras",
        "relative mCE beside old.keras",
    ]
    ids = [one.record(None).id for one in measured]
    assert ids[3:5] == ["corruption-error-of-darker-beside-old.keras", "mean-corruption-error-mce-beside-old.keras"]
    assert len(set(ids)) == len(ids)
