from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.density_ratio import density_ratio
from pytest_robust.statistics.weighted_mean import effective_size


def test_the_ratio_of_two_normal_samples_is_the_known_one():
    random = np.random.default_rng(0)
    here, there = random.normal(size=(4000, 2)), random.normal([0.7, 0], 1, size=(3000, 2))
    known = 0.7 * here[:, 0]
    slope, _ = np.polyfit(known, np.log(density_ratio(here, there)), 1)
    assert slope == pytest.approx(1, abs=0.1)
    assert np.corrcoef(known, np.log(density_ratio(here, there)))[0, 1] > 0.99


def test_the_units_of_the_features_do_not_matter():
    random = np.random.default_rng(1)
    here, there = random.normal(size=(200, 2)), random.normal(0.5, 1, size=(200, 2))
    units = np.array([1e4, 1e-4])
    np.testing.assert_allclose(density_ratio(here * units, there * units), density_ratio(here, there), rtol=1e-3)


def test_samples_of_one_kind_keep_nearly_all_their_worth():
    random = np.random.default_rng(2)
    worth = [
        effective_size(density_ratio(random.normal(size=(400, 5)), random.normal(size=(400, 5)))) for _ in range(5)
    ]
    assert min(worth) > 350


def test_samples_that_do_not_overlap_leave_a_finite_ratio():
    here = np.arange(40.0)[:, None]
    ratio = density_ratio(here, here + 100)
    assert np.isfinite(ratio).all()
    assert ratio[-1] == ratio.max() == 1 > ratio[0]


def test_a_point_is_judged_by_those_of_other_parts_alone():
    random = np.random.default_rng(3)
    here, there = random.normal(size=(40, 2)), random.normal(0.5, 1, size=(40, 2))
    ratio = density_ratio(here, there)
    here[0] += 5
    changed = density_ratio(here, there)
    # Rows 5, 10, ... are of the part of row 0, rows 6, 11, ... of another.
    np.testing.assert_allclose(changed[5::5] / changed[5], ratio[5::5] / ratio[5])
    assert np.abs(changed[6::5] / changed[6] - ratio[6::5] / ratio[6]).max() > 0.01


@pytest.mark.parametrize("rows", [5, 30])
def test_a_sample_against_itself_is_as_dense_everywhere(rows):
    here = np.random.default_rng(4).normal(size=(rows, 2))
    np.testing.assert_allclose(density_ratio(here, here.copy()), 1, rtol=1e-4)


@pytest.mark.parametrize(("here", "there"), [((4, 1), (9, 1)), ((9, 1), (4, 1)), ((9, 2), (9, 1))])
def test_samples_too_small_or_of_other_features_are_refused(here, there):
    with pytest.raises(InvalidArgument, match="at least 5 rows"):
        density_ratio(np.zeros(here), np.zeros(there))
