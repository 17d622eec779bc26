"""The examples of a report are the surest wrong answers, and say what was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from pytest_robust.attacks import FGSM
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.detections import as_boxes
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.perturbation import Clean
from pytest_robust.core.table import Column, packed
from pytest_robust.evaluation.evidence import Evidence
from pytest_robust.evaluation.part import part_of, shown_of


class Asked(Model):
    """Never asked itself: its answers are given beside it."""

    def predict(self, x):
        raise NotImplementedError


@dataclass(frozen=True)
class Named(Classifier):
    names: tuple[str, ...]

    @property
    def classes(self):
        return np.array(self.names)

    def logits(self, x):
        raise NotImplementedError


def shown(x, *, outputs, changed=None, before=None, y=None, model=None, distance=None, part=None, columns=(), **known):
    """Return what is shown of all the examples, in the order of the dataset."""
    data = Dataset(x=x, y=y, columns=columns, **known)
    index, outputs = np.arange(len(data)), np.asarray(outputs)
    evidence = Evidence(most=len(data))
    evidence.offer(index, changed, outputs, distance)
    answers = outputs if before is None else np.asarray(before)
    found = evidence.examples(model or Asked(), data, part or part_of(data, Clean()), lambda rows: answers[rows])
    return sorted(found, key=lambda one: one.index)


def kept(*offers, most=3):
    evidence = Evidence(most=most)
    for index, outputs in offers:
        evidence.offer(np.array(index), None, np.array(outputs), None)
    return [one.index for one in evidence.kept]


def test_the_surest_of_all_offers_are_kept_surest_first() -> None:
    first = ([4, 9, 2], [[0.0, 1.0], [3.0, 0.0], [0.0, 2.0]])
    later = ([7, 8], [[0.0, 2.5], [0.5, 0.0]])
    assert kept(first) == [9, 2, 4]
    assert kept(first, later) == kept(later, first) == [9, 7, 2]
    assert kept(first, later, most=1) == [9]
    # Sure is what leaves the other classes behind, not what is large.
    assert kept(([0, 1], [[5.0, 5.0], [3.0, 0.0]])) == [1, 0]


def test_of_equally_sure_ones_the_first_are_kept() -> None:
    assert kept(([9, 2, 5], [1, 1, 0])) == [2, 5, 9]
    assert kept((range(200), np.zeros(200))) == [0, 1, 2]
    assert kept((range(200), np.tile([0.0, 1.0], (200, 1)))) == [0, 1, 2]
    assert kept((range(20), np.tile([[0.0, 1.0], [0.0, 3.0]], (10, 1)))) == [1, 3, 5]
    boxes = as_boxes([[[2, 1, 6, 4, 7]], [[0, 0, 3, 3, 1]]])
    assert kept(([3, 1], boxes)) == [1, 3]


def test_probabilities_are_beliefs_as_they_are() -> None:
    # By a softmax of them the second would be the surer.
    assert kept(([0, 1], [[0.5, 0.5, 0.0], [0.49, 0.255, 0.255]])) == [0, 1]


@pytest.mark.parametrize(
    ("output", "belief"),
    [
        ([0.9, 0.1], 0.9),
        ([1.0, 0.0], 1.0),
        ([0.9, 0.1005], 0.9),  # rounded
        ([3.0, 0.0], 0.9526),
        ([-1.0, 2.0], 0.9526),  # sums to 1 and is no probability
        ([1.0, 0.9], 0.525),
    ],
)
def test_scores_are_told_as_shares_of_belief(output, belief) -> None:
    (one,) = shown(np.zeros((1, 3)), outputs=[output], before=[[0.25, 0.75]])
    assert one.after_score == pytest.approx(belief, abs=1e-4)
    assert one.before_score == 0.75


def test_what_has_no_score_is_told_without_one() -> None:
    for outputs in (["b"], [3], [[2.5]], [[0, 1]], [[[0.5, 0.5], [0.5, 0.5]]]):
        (one,) = shown(np.zeros((1, 3)), outputs=outputs)
        assert (one.before_score, one.after_score) == (None, None)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("b", "b"),
        (3, "3"),
        ([2.5], "2.5"),
        ([0.1, 0.9], "1"),
        ([0.1, 0.2, 0.7], "2"),
        ([[1, 2], [3, 4]], "[[1 2]\n [3 4]]"),
    ],
)
def test_an_answer_is_told_as_the_class_the_label_or_the_value(output, said) -> None:
    (one,) = shown(np.zeros((1, 3)), outputs=[output])
    assert (one.before, one.after) == (said, said)


def test_answers_and_labels_have_the_names_of_the_classes() -> None:
    model = Named(("cat", "dog"))
    one, other = shown(
        np.zeros((2, 3)),
        outputs=[[0.2, 0.8], [0.6, 0.4]],
        before=[[0.9, 0.1], [0.3, 0.7]],
        y=np.array(["cat", "dog"]),
        model=model,
        distance=np.array([0.5, 0.25]),
    )
    assert (one.label, one.before, one.after, one.distance) == ("cat", "cat", "dog", 0.5)
    assert (other.label, other.before, other.after, other.distance) == ("dog", "dog", "cat", 0.25)
    assert (one.before_score, one.after_score) == (0.9, 0.8)


def test_without_labels_and_changes_none_are_told() -> None:
    (one,) = shown(np.zeros((1, 3)), outputs=["b"])
    assert (one.label, one.distance, one.changed, one.changed_text) == ("", None, None, "")
    assert one.unchanged


def test_boxes_are_told_in_words() -> None:
    boxes, none = as_boxes([[[0, 0, 3, 3, 1]]]), as_boxes([[[0, 0, 3, 3, -1]]])
    (one,) = shown(np.zeros((1, 8, 8)), outputs=none, before=boxes, y=boxes)
    assert (one.label, one.before, one.after) == ("1 box of class 1", "1 box of class 1", "no box")


def test_an_image_is_shown_before_and_after_with_the_levels_of_its_range() -> None:
    x = np.zeros((1, 4, 4), dtype=np.float32)
    x[0, 0, 0] = 1
    (one,) = shown(x, outputs=[[0.0, 1.0]], changed=np.full((1, 4, 4), 0.2), bounds=Bounds(0, 1))
    assert one.clean.array()[..., 0].tolist() == (x[0] * 255).tolist()
    assert one.changed.array().tolist() == np.full((4, 4, 1), 51).tolist()
    assert (one.clean_text, one.changed_text) == ("", "")
    (still,) = shown(x, outputs=[[0.0, 1.0]], bounds=Bounds(0, 1))
    assert still.clean == one.clean
    assert still.changed is None


def test_of_several_inputs_the_changed_one_is_shown_in_its_own_range() -> None:
    x = {"image": np.full((2, 4, 4), 0.4), "age": np.array([[1.0], [2.0]])}
    data = Dataset(x=x, y=None, bounds={"image": Bounds(0, 1), "age": Bounds(0, 100)})
    part = part_of(data, FGSM(eps=0.1, on="image"))
    (one, _) = shown(x, outputs=["a", "b"], changed=np.full((2, 4, 4), 0.6), part=part, bounds=data.bounds)
    assert set(one.clean.array().ravel()) == {102}
    assert set(one.changed.array().ravel()) == {153}


def test_what_was_changed_comes_with_the_rest_of_its_input_as_batches_of_one() -> None:
    x = {"image": np.arange(32.0).reshape(2, 4, 4), "age": np.array([[1.0], [2.0]])}
    data = Dataset(x=x, y=None, bounds=Bounds(0, 40))
    part = part_of(data, FGSM(eps=0.1, on="image"))
    evidence = Evidence()
    evidence.offer(np.array([0]), None, np.array(["wrong as it is"]), None)
    evidence.offer(np.array([1]), x["image"][1:] + 1, np.array(["b"]), np.array([1.0]))
    ((index, clean, changed),) = evidence.pairs(data, part)
    assert index == 1
    assert {name: entry.tolist() for name, entry in clean.items()} == {
        "image": x["image"][1:].tolist(),
        "age": [[2.0]],
    }
    assert changed["image"].tolist() == (x["image"][1:] + 1).tolist()
    assert changed["age"].tolist() == [[2.0]]


def test_what_is_no_picture_is_told_in_short_numbers() -> None:
    (one,) = shown(np.array([[[0.12345, 2.0]]]), outputs=["a"], changed=np.array([[[0.54321, 2.0]]]))
    assert (one.clean_text, one.changed_text) == ("[[0.123, 2.   ]]", "[[0.543, 2.   ]]")
    (whole,) = shown(np.arange(24)[None], outputs=["a"])
    assert whole.clean_text.replace("\n", "").count(",") == 23
    (long,) = shown(np.arange(25)[None], outputs=["a"])
    assert "..., " in long.clean_text


def test_a_text_is_told_whole_up_to_400_letters() -> None:
    for text, told in (("short", "short"), ("a" * 400, "a" * 400), ("a" * 401, "a" * 399 + "…")):
        (one,) = shown(np.array([text]), outputs=["a"], changed=np.array(["b" + text[1:]]))
        assert one.clean_text == told
        assert one.changed_text == "b" + told[1:]


def test_of_a_row_that_changed_the_columns_that_differ_are_told() -> None:
    def table(age, size, word):
        return packed({"age": np.array([age]), "size": np.array([size]), "word": np.array([word])})

    (one,) = shown(table(30, 0.123456789, "ab"), outputs=["a"], changed=table(1234567, np.nan, "ab"))
    assert (one.clean_text, one.changed_text) == ("age: 30, size: 0.123457", "age: 1234567, size: missing")
    (worded,) = shown(table(30, 1.5, "ab"), outputs=["a"], changed=table(30, 1.5, "ba"))
    assert (worded.clean_text, worded.changed_text) == ("word: ab", "word: ba")
    (still,) = shown(table(30, 1.5, "ab"), outputs=["a"])
    assert (still.clean_text, still.changed_text) == ("age: 30, size: 1.5, word: ab", "")


def test_a_value_that_was_missing_and_is_filled_has_changed() -> None:
    columns = tuple(Column(name=name, dtype=np.dtype(float)) for name in ("age", "size", "gap"))
    x = np.array([[np.nan, 2.0, np.nan]])
    (one,) = shown(x, outputs=["a"], changed=np.array([[3.0, 2.0, np.nan]]), columns=columns)
    assert (one.clean_text, one.changed_text) == ("age: missing", "age: 3")
    (still,) = shown(x, outputs=["a"], columns=columns)
    assert (still.clean_text, still.changed_text) == ("age: missing, size: 2, gap: missing", "")


def test_of_columns_given_by_name_the_row_is_told() -> None:
    x = {"age": np.array([30, 40]), "word": np.array(["ab", "cd"])}
    _, other = shown(x, outputs=["a", "b"], part=shown_of(Dataset(x=x, y=None)))
    assert other.clean_text == "age: 40, word: cd"
