"""Texts on their way through the engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from pytest_robust import Subject, WorstOf
from pytest_robust.core.policy import Policy
from pytest_robust.transforms import AddDistractor, DropCharacters, RepeatWords

TEXTS = np.array(["good", "bad", "so good", "so bad"])
EXACT = Policy(exact=True)


def seen_by(texts: Any, **under: Any) -> list[str]:
    seen: list[str] = []

    def model(x: Any) -> Any:
        seen.extend(map(str, x))
        return np.zeros(len(x), dtype=int)

    float(Subject(model, texts, np.zeros(len(texts), int), policy=EXACT).accuracy(**under))
    return seen


def test_texts_that_grow_reach_the_model_whole() -> None:
    long = AddDistractor(distractors=("and a long sentence behind it",))
    assert "good and a long sentence behind it" in seen_by(TEXTS, under=long)
    assert "good and a long sentence behind it" in seen_by(TEXTS.astype(object), under=long)


def test_of_several_changes_the_longer_text_is_not_cut() -> None:
    # The engine asks about the worst of them again: the last, where none breaks the example.
    long = AddDistractor(distractors=("and a long sentence behind it",))
    seen = seen_by(TEXTS, under=WorstOf(DropCharacters(rate=1), long))
    assert set(seen[-4:]) == {f"{text} and a long sentence behind it" for text in TEXTS}


def test_one_change_after_the_other_widens_twice() -> None:
    long = AddDistractor(distractors=("and more",))
    assert "good good and and more more" in seen_by(TEXTS, under=long | RepeatWords(rate=1))


def test_one_text_of_several_inputs_is_changed_by_name() -> None:
    data = {"title": TEXTS, "stars": np.arange(4, dtype=np.float32)}
    titles: list[str] = []

    def model(x: Any) -> Any:
        titles.extend(map(str, x["title"]))
        return np.zeros(len(x["title"]), dtype=int)

    subject = Subject(model, data, np.zeros(4, int), policy=EXACT)
    assert float(subject.accuracy(under=AddDistractor(distractors=("!",), on="title"))) == 1
    assert "good !" in titles
