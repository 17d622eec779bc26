"""What task 5's treatments did to the networks, and how they are shown beside each other."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from reference_models.store import members, shipped_at
from reference_models.task import Trained
from reference_models.tasks.improve_robustness import EPS, KINDS, MISTAKES, TASK, TREATMENTS, table, treated

pytest.importorskip("tensorflow")


def test_all_but_the_ensemble_are_networks_of_one_size(result: Trained) -> None:
    models = treated(result.model)
    assert list(models) == [*TREATMENTS, *MISTAKES]
    sizes = {name: model.count_params() for name, model in models.items()}
    assert sizes.pop("ensemble") == 3 * sizes["plain"]
    assert len(set(sizes.values())) == 1


def test_the_ensemble_is_the_plain_network_and_two_more(result: Trained) -> None:
    x = result.splits.test.x[:50]
    parts = [result.model[name].predict(x, verbose=0) for name in ("plain", "plain_2", "plain_3")]
    mean = np.mean(parts, axis=0)
    np.testing.assert_allclose(treated(result.model)["ensemble"].predict(x, verbose=0), mean, atol=1e-5)
    assert all(np.abs(part - mean).max() > 0.01 for part in parts), "they are one network"


def test_a_penalty_makes_weights_small(result: Trained) -> None:
    size = {
        name: sum(np.square(array).sum() for array in result.model[name].get_weights()) for name in ("plain", "l1_l2")
    }
    assert size["l1_l2"] < 0.85 * size["plain"]


def test_what_was_measured_is_what_was_expected(result: Trained) -> None:
    expected = TASK.expected_on(result.splits.source)
    assert expected
    assert all(each.holds(result.metrics[each.metric]) for each in expected)


def test_table_has_a_line_for_each_with_what_was_measured(result: Trained) -> None:
    head, *lines = table(result).splitlines()
    assert head.split() == ["clean", "one", "step", "robust"]
    assert [line.split()[-3:] for line in lines] == [
        [f"{result.metrics[f'{name}_{kind}']:.3f}" for kind in KINDS] for name in TREATMENTS | MISTAKES
    ]


def test_figure_shows_each_treatment_and_mistake_with_its_interval(drawing: Figure, result: Trained) -> None:
    assert f"{len(result.splits.test):,} test images" in drawing.get_suptitle()
    for axes, named in zip(drawing.axes, (TREATMENTS, MISTAKES), strict=True):
        assert [label.get_text() for label in axes.get_yticklabels()] == list(named.values())
        shown = [bars.get_children()[0].get_xdata()[0] for bars in axes.containers]
        assert shown == [result.metrics[f"{name}_{kind}"] for name in named for kind in KINDS]
        assert all(bars.has_xerr for bars in axes.containers)
    assert f"eps {EPS:g}" in drawing.axes[0].get_legend().get_texts()[2].get_text()


def test_all_networks_together_are_small(result: Trained) -> None:
    folder = shipped_at(TASK).parent
    sizes = [(folder / f"{TASK.name}.{name}.keras").stat().st_size for name in members(result.model)]
    assert sum(sizes) < 2_200_000
