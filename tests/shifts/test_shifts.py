from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pytest_robust import shifts
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.shift import Shift
from pytest_robust.shifts import CovariateShift, LabelShift, Tilt, Weights

ALL = slice(None)


def weigh(shift, x, y=None, rows=ALL):
    data = Dataset(x=x, y=y)
    return shift.weights(data, np.arange(len(data))[rows])


def test_the_stub_and_the_folder_hold_the_same():
    found = {member.__name__ for member in Catalog(room="pytest_robust.shifts", interface=Shift)}
    assert "LabelShift" in found
    assert found == set(shifts.__all__)
    assert len(list(Path(shifts.__file__).parent.glob("[!_]*.py"))) == len(found)


class TestLabelShift:
    pets = np.array(["cat", "dog", "dog", "bird"])

    def test_each_class_weighs_what_it_is_to_have_over_what_it_has(self):
        weights = weigh(LabelShift({"cat": 0.5, "dog": 0.2, "bird": 0.3}), np.zeros((4, 1)), self.pets)
        np.testing.assert_allclose(weights / weights.sum(), [0.5, 0.1, 0.1, 0.3])

    def test_a_class_that_is_left_out_weighs_nothing(self):
        assert weigh(LabelShift({"cat": 1}), np.zeros((4, 1)), self.pets).tolist() == [4, 0, 0, 0]

    def test_shares_are_counted_among_the_examples_measured_on(self):
        weights = weigh(LabelShift({"cat": 0.5, "dog": 0.5}), np.zeros((4, 1)), self.pets, slice(0, 2))
        np.testing.assert_allclose(weights, [1, 1])

    @pytest.mark.parametrize("y", [[0, 1, 1], [0.0, 1.0, 1.0], [False, True, True]])
    def test_classes_may_be_numbers(self, y):
        weights = weigh(LabelShift({np.int64(0): np.float32(0.5), 1: 0.5}), np.zeros((3, 1)), y)
        np.testing.assert_allclose(weights, [1.5, 0.75, 0.75])

    def test_a_class_without_examples_is_named_with_the_nearest(self):
        with pytest.raises(InvalidArgument, match="'dgo' is to have a share of 0.3, and none of the 4 .*'dog'"):
            weigh(LabelShift({"cat": 0.7, "dgo": 0.3}), np.zeros((4, 1)), self.pets)

    def test_a_class_that_is_to_be_absent_needs_no_examples(self):
        assert weigh(LabelShift({"cat": 1, "cow": 0}), np.zeros((4, 1)), self.pets).sum() == 4

    def test_many_classes_without_the_one_are_cut_short(self):
        with pytest.raises(InvalidArgument, match=r"there are 0, .*9, \.\.\.$"):
            weigh(LabelShift({"x": 1}), np.zeros((12, 1)), np.arange(12))

    @pytest.mark.parametrize("share", [-0.1, 1.1, np.nan, "half", True])
    def test_a_share_outside_0_to_1_is_refused(self, share):
        with pytest.raises(InvalidArgument, match="the share of 'cat' is .* must be from 0 to 1"):
            LabelShift({"cat": share})

    def test_shares_that_do_not_sum_to_1_are_refused(self):
        with pytest.raises(InvalidArgument, match="sum to 0.9, and must sum to 1"):
            LabelShift({"cat": 0.5, "dog": 0.4})

    @pytest.mark.parametrize("shares", [{}, [0.5, 0.5], 0.3])
    def test_what_is_no_mix_is_refused(self, shares):
        with pytest.raises(InvalidArgument, match="give the share of each class"):
            LabelShift(shares)

    def test_data_without_labels_are_refused(self):
        with pytest.raises(InvalidData, match="no labels"):
            weigh(LabelShift({0: 1}), np.zeros((2, 1)))

    def test_labels_of_several_columns_are_refused(self):
        with pytest.raises(InvalidData, match="one class an example"):
            weigh(LabelShift({0: 1}), np.zeros((2, 1)), np.zeros((2, 3)))

    def test_a_title_names_the_largest_in_their_order(self):
        assert (
            LabelShift({"a": 0.1, "b": 0.3, "c": 0.2, "d": 0.3, "e": 0.1}).title
            == "a 0.1, b 0.3, c 0.2, d 0.3 and 1 more"
        )

    def test_a_mix_is_found_from_answers_alone(self):
        random = np.random.default_rng(0)
        mixed = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.05, 0.15, 0.8]])
        labels, there = random.choice(3, size=20_000), random.choice(3, size=20_000, p=[0.1, 0.3, 0.6])

        def said(classes):
            return (random.random((len(classes), 1)) > mixed[classes].cumsum(axis=1)).sum(axis=1)

        found = LabelShift.estimated(labels=labels, answers=said(labels), answers_there=said(there))
        assert found.shares == pytest.approx({0: 0.1, 1: 0.3, 2: 0.6}, abs=0.02)

    def test_an_estimated_share_is_never_negative(self):
        found = LabelShift.estimated(
            labels=["a"] * 9 + ["b"] * 9, answers=["a"] * 8 + ["b"] * 10, answers_there=["b"] * 5
        )
        assert found.shares == pytest.approx({"a": 0, "b": 1})

    @pytest.mark.parametrize("answers", [[0, 0, 0, 0], [0, 1, 0, 1]])
    def test_answers_that_tell_no_classes_apart_are_refused(self, answers):
        with pytest.raises(InvalidData, match=r"do not tell the classes \[0, 1\] apart"):
            LabelShift.estimated(labels=[0, 0, 1, 1], answers=answers, answers_there=[0])

    def test_scores_in_place_of_answers_are_refused(self):
        with pytest.raises(InvalidData, match=r"answers has shape \(2, 2\): .*argmax"):
            LabelShift.estimated(labels=[0, 1], answers=np.eye(2), answers_there=[0])

    def test_fewer_answers_than_labels_are_refused(self):
        with pytest.raises(InvalidData, match="2 labels and 1 answers"):
            LabelShift.estimated(labels=[0, 1], answers=[0], answers_there=[0])


class TestTilt:
    x = np.random.default_rng(0).normal(size=(500, 2))

    @pytest.mark.parametrize("by", [-1.5, 0, 0.3, 2])
    def test_the_mean_moves_by_as_many_standard_deviations(self, by):
        weights = weigh(Tilt(1, by=by), 7 + 3 * self.x)
        column = self.x[:, 1]
        assert np.average(column, weights=weights) == pytest.approx(column.mean() + by * column.std(), abs=1e-6)

    def test_the_logarithm_of_the_weights_is_a_line(self):
        weights = weigh(Tilt(0, by=0.8), self.x)
        line = np.polynomial.Polynomial.fit(self.x[:, 0], np.log(weights), 1)
        np.testing.assert_allclose(line(self.x[:, 0]), np.log(weights), atol=1e-8)

    def test_a_column_of_several_types_is_named(self):
        x = {"age": np.arange(20.0), "job": np.array(["a", "b"] * 10)}
        np.testing.assert_allclose(weigh(Tilt("age", by=0.5), x), weigh(Tilt(lambda x: x["age"], by=0.5), x))

    def test_titles_say_what_moves_and_how_far(self):
        def age(x):
            return x

        titles = [Tilt(3, by=1).title, Tilt("age", by=-0.5).title, Tilt(age, by=1).title]
        assert titles == [
            "column 3 +1 standard deviations",
            "age -0.5 standard deviations",
            "age +1 standard deviations",
        ]

    @pytest.mark.parametrize("column", [2, -3, "age"])
    def test_an_unknown_column_of_an_array_is_refused(self, column):
        with pytest.raises(InvalidArgument, match="x has columns 0 to 1; give the position"):
            weigh(Tilt(column, by=1), self.x)

    def test_an_unknown_name_is_refused(self):
        with pytest.raises(InvalidArgument, match=r"no such column; there are \['age'\]"):
            weigh(Tilt("aeg", by=1), {"age": np.arange(3.0)})

    def test_images_ask_for_a_function(self):
        with pytest.raises(InvalidArgument, match=r"float64 of shape \(3, 4, 4\).*function of x"):
            weigh(Tilt(0, by=1), np.zeros((3, 4, 4)))

    @pytest.mark.parametrize("values", [[1.0, 2.0], ["a", "b", "c"], [[1], [2], [3]]])
    def test_a_function_that_gives_no_numbers_is_refused(self, values):
        with pytest.raises(InvalidData, match="3 numbers are needed, one an example"):
            weigh(Tilt(lambda x: values, by=1), np.zeros((3, 1)))

    def test_a_value_that_is_not_finite_is_refused(self):
        with pytest.raises(InvalidData, match="example 1 has no finite value"):
            weigh(Tilt(lambda x: [1, np.nan, 2], by=1), np.zeros((3, 1)))

    def test_a_constant_column_is_refused(self):
        with pytest.raises(InvalidData, match="all 3 values are 0"):
            weigh(Tilt(0, by=1), np.zeros((3, 1)))

    def test_a_mean_beyond_all_values_is_refused(self):
        with pytest.raises(InvalidArgument, match="scores lie between -1.22 and 1.22"):
            weigh(Tilt(0, by=2), np.arange(3.0)[:, None])

    @pytest.mark.parametrize("by", [np.nan, np.inf, "1", True])
    def test_a_distance_that_is_no_number_is_refused(self, by):
        with pytest.raises(InvalidArgument, match="finite number of standard deviations"):
            Tilt(0, by=by)

    @pytest.mark.parametrize("column", [1.5, True, None])
    def test_what_is_no_column_is_refused(self, column):
        with pytest.raises(InvalidArgument, match="a column's position or name"):
            Tilt(column, by=1)


class TestCovariateShift:
    def test_the_weighted_sample_looks_like_the_other(self):
        random = np.random.default_rng(0)
        here, there = random.normal(size=(2000, 3)), random.normal([0.6, 0, -0.3], 1, size=(1500, 3))
        weights = weigh(CovariateShift(towards=there), here)
        np.testing.assert_allclose(np.average(here, axis=0, weights=weights), there.mean(axis=0), atol=0.1)

    def test_images_are_compared_by_features(self):
        random = np.random.default_rng(0)
        dark, light = random.random((200, 4, 4)), 0.3 + 0.7 * random.random((200, 4, 4))
        shift = CovariateShift(towards=light, features=lambda x: x.mean(axis=(1, 2))[:, None])
        weights = weigh(shift, dark)
        assert np.average(dark.mean(axis=(1, 2)), weights=weights) > dark.mean() + 0.05

    @pytest.mark.parametrize("x", [np.zeros((6, 4, 4)), np.array(["a"] * 6), {"a": np.zeros(6)}])
    def test_inputs_that_are_no_table_of_numbers_ask_for_features(self, x):
        with pytest.raises(InvalidData, match="x is .* features=function"):
            weigh(CovariateShift(towards=np.zeros((6, 1))), x)

    def test_a_missing_value_over_there_is_named(self):
        with pytest.raises(InvalidData, match=r"towards\[2\] holds a value that is not a finite number"):
            weigh(CovariateShift(towards=[[1.0], [2.0], [np.nan], [0.0], [1.0]]), np.zeros((6, 1)))

    def test_other_columns_are_refused(self):
        with pytest.raises(InvalidArgument, match="x has 1 columns and towards has 2"):
            weigh(CovariateShift(towards=np.zeros((9, 2))), np.zeros((9, 1)))

    @pytest.mark.parametrize(("here", "there", "name"), [(4, 9, "x"), (9, 4, "towards")])
    def test_too_few_examples_are_refused(self, here, there, name):
        with pytest.raises(InvalidArgument, match=f"{name} has 4 examples, and at least 5"):
            weigh(CovariateShift(towards=np.zeros((there, 1))), np.zeros((here, 1)))

    def test_features_that_are_no_function_are_refused(self):
        with pytest.raises(InvalidArgument, match="features=3 must be a function"):
            CovariateShift(towards=np.zeros((9, 1)), features=3)


class TestWeights:
    def test_an_array_is_in_the_order_of_the_data(self):
        assert weigh(Weights([1, 2, 3]), np.zeros((3, 1)), rows=[2, 0]).tolist() == [3, 1]

    def test_a_function_gets_the_inputs_measured_on(self):
        assert weigh(Weights(lambda x: x[:, 0]), np.array([[1.0], [2.0], [3.0]]), rows=[2, 0]).tolist() == [3, 1]

    def test_the_array_given_is_not_kept(self):
        given = np.ones(3)
        shift = Weights(given)
        given[0] = -1
        assert weigh(shift, np.zeros((3, 1))).tolist() == [1, 1, 1]

    @pytest.mark.parametrize("given", [[1, 2], lambda x: [1, 2]])
    def test_another_number_of_weights_is_refused(self, given):
        with pytest.raises(InvalidArgument, match="2 weights for 3 examples"):
            weigh(Weights(given), np.zeros((3, 1)))

    @pytest.mark.parametrize("wrong", [-1, np.nan, np.inf])
    def test_a_number_that_is_no_weight_is_refused(self, wrong):
        with pytest.raises(InvalidArgument, match="to example 1: a weight is a finite number, at least 0"):
            Weights([1, wrong])

    @pytest.mark.parametrize("given", [["a", "b"], [[1], [2]], 3.0])
    def test_what_is_no_list_of_numbers_is_refused(self, given):
        with pytest.raises(InvalidArgument, match="one an example"):
            Weights(given)

    def test_no_weight_at_all_is_refused(self):
        with pytest.raises(InvalidData, match="all 2 weights are 0"):
            weigh(Weights([0, 0, 1]), np.zeros((3, 1)), rows=[0, 1])
