"""When a check begins and ends, for who watches it, and the inputs that it found broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from pytest_robust import Exactly, Subject, Template
from pytest_robust.attacks import PGD
from pytest_robust.core.errors import InvalidModel
from pytest_robust.core.progress import Progress, Watcher
from pytest_robust.transforms import Brightness, GaussianNoise

X = np.random.default_rng(0).random((60, 4)).astype(np.float32)
Y = (X.mean(axis=1) > 0.5).astype(int)


def model(x: np.ndarray) -> np.ndarray:
    return (x.mean(axis=1) > 0.5).astype(int)


class Diary(Watcher):
    """Notes beginnings, ends, and whether anything was decided outside of a check."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.open = 0
        self.within = 0

    @contextmanager
    def check(self, title: str) -> Iterator[None]:
        self.notes.append(f"begin {title}")
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1
            self.notes.append(f"end {title}")

    def decided(self, progress: Progress) -> None:
        assert self.open == 1
        self.within += 1

    def asked(self, *, queries: int = 0, gradients: int = 0) -> None:
        assert self.open == 1
        self.within += 1


@pytest.mark.parametrize(
    "compare",
    [
        lambda subject, m: m >= 0.1,
        lambda subject, m: m <= subject.accuracy() - 0.01,
        lambda subject, m: float(m),
        lambda subject, m: m.estimate(),
        lambda subject, m: subject.require(m, at_least=0.1),
    ],
    ids=["number", "paired", "float", "estimate", "require"],
)
def test_a_check_is_watched_from_its_first_question_to_its_verdict(
    compare: Callable[[Subject, object], object],
) -> None:
    diary = Diary()
    subject = Subject(model, X, Y, watcher=diary)
    measurement = subject.accuracy(under=GaussianNoise(sigma=0.1))
    assert diary.notes == []
    compare(subject, measurement)
    title = "accuracy under GaussianNoise(sigma=0.1)"
    assert diary.notes == [f"begin {title}", f"end {title}"]
    assert diary.within > 0


def test_an_error_ends_the_check_too() -> None:
    diary = Diary()
    subject = Subject(model, X, Y, watcher=diary)
    with pytest.raises(InvalidModel):
        float(subject.accuracy(under=PGD(eps=0.1)))
    assert [note.split()[0] for note in diary.notes] == ["begin", "end"]


def test_what_was_compared_on_either_side_of_a_comparison_is_known() -> None:
    subject = Subject(model, X, Y)
    left, right, alone, number = (subject.accuracy() for _ in range(4))
    assert left >= right - 0.1
    assert alone >= 0.1
    float(number)
    assert [one.compared for one in (left, right, alone, number)] == [True, True, True, False]


def test_the_other_side_is_named_where_it_is_of_another_model() -> None:
    old, new = (Subject(model, X, Y, name=name) for name in ("release 1", "release 2"))
    assert (new.accuracy() >= old.accuracy() - 0.1).bar.of == "accuracy - 0.1 of release 1"
    assert (new.accuracy() >= new.accuracy()).bar.of == "accuracy"


def test_there_are_counterexamples_only_of_what_was_judged_changed_and_can_be_judged_again() -> None:
    images = np.linspace(0, 1, 40, dtype=np.float32)[:, None, None] * np.ones((1, 8, 8), np.float32)

    def model(x):
        bright = x.mean(axis=(1, 2))
        return np.stack([1 - bright, bright], axis=1)

    labels = model(images).argmax(axis=1)
    subject = Subject(model, images, labels, bounds=(0, 1))
    darker = Brightness(shift=Exactly(-0.4))
    judged, unjudged = subject.accuracy(under=darker), subject.accuracy(under=darker)
    assert not judged >= 0.99
    assert len(judged.counterexamples()) == 3
    assert unjudged.counterexamples() == ()
    # No file keeps a function.
    own = subject.accuracy(under=darker, criterion=lambda target, output: float(output[target] > 0.5))
    assert not own >= 0.99
    assert own.counterexamples() == ()
    # What is wrong as it is was not changed.
    cases = (Template(text="a {word} film", words={"word": ("good", "fine")}, label=1),)
    texts = Subject(lambda x: np.zeros(len(x), dtype=int), np.array(["a film"]), [0])
    simple = texts.minimum_functionality(cases=cases)
    assert not simple >= 0.9
    assert simple.counterexamples() == ()
