"""The worst words, held against every rewording there is; and a search held to its rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from pytest_robust import InvalidArgument, InvalidData, InvalidModel, Subject, Targeted, WordNet
from pytest_robust.attacks import WordSubstitution
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.model import Classifier
from pytest_robust.core.parameters import count_field
from pytest_robust.core.policy import Policy
from pytest_robust.core.word_search import WordRules, WordSearch, changes
from pytest_robust.testing import check_word_search
from pytest_robust.transforms import Synonyms

EXACT = Policy(exact=True)
# Twelve words, each with two or three others.
LEXICON = {f"w{n}": tuple(f"w{n}{letter}" for letter in "abc"[: 2 + n % 2]) for n in range(12)}
TEXTS = ["W1 w2, w3 stays w4!", "w5 w6 w7", "w8 (w9) w10 w11 rests", "nothing known here", "w1 w1 w5 w9"]


@dataclass(frozen=True)
class Additive(Classifier):
    """Scores a text by the sum of its words' numbers."""

    numbers: dict[str, float]

    def logits(self, x: Any) -> Any:
        signs = [sum(self.numbers.get(word.strip("().,!?'").lower(), 0.0) for word in text.split()) for text in x]
        return np.stack([np.zeros(len(x)), signs], axis=1).astype(np.float32)


def additive(random: np.random.Generator) -> Additive:
    words = [*LEXICON, *(other for others in LEXICON.values() for other in others)]
    numbers = dict(zip(words, random.normal(size=len(words)).round(3), strict=True))
    # No other word can outweigh many of these.
    return Additive(numbers | {"other": 2.5, "words": -2.5})


def subject(model: Any, texts: Sequence[str], y: Any = None, **policy: Any) -> Subject:
    labels = model.logits(texts).argmax(axis=1) if y is None else y
    return Subject(model, np.array(texts), labels, policy=Policy(exact=True, **policy))


def outcomes(made: Subject, under: Any) -> Any:
    measurement = made.accuracy(under=under)
    float(measurement)
    found = made._laboratory.evaluation(measurement._case.metric.requests()[0])  # type: ignore[union-attr]
    return found.outcomes


def broken(made: Subject, under: Any) -> Any:
    found = outcomes(made, under)
    return (found.perturbed == 0)[np.argsort(found.index)]


def breakable(model: Any, text: str, label: int, rules: WordRules) -> bool:
    slots = rules.slots(text)
    choices = product(*(range(len(words) + 1) for words in slots.others))
    written = [slots.written(one) for one in choices if changes(one) <= slots.most]
    return bool((model.logits(written).argmax(axis=1) != label).any())


def random_texts(random: np.random.Generator, count: int = 60, longest: int = 6) -> list[str]:
    words = [*LEXICON, *["other", "words"] * 3]
    return [" ".join(random.choice(words, size=random.integers(1, longest))) for _ in range(count)]


@pytest.mark.parametrize("amount", [{"edits": 1}, {"edits": 2}, {"edits": 9}, {"most": 0.5}, {"most": 1.0}], ids=repr)
@pytest.mark.parametrize("seed", range(4))
def test_it_breaks_exactly_the_texts_that_some_rewording_breaks(seed: int, amount: dict[str, Any]) -> None:
    random = np.random.default_rng(seed)
    model, texts = additive(random), random_texts(random)
    search = WordSubstitution(lexicon=LEXICON, **amount)
    labels = model.logits(texts).argmax(axis=1)
    possible = [breakable(model, text, label, search.rules) for text, label in zip(texts, labels, strict=True)]
    assert 0.1 < np.mean(possible) < 0.9
    assert broken(subject(model, texts), search).tolist() == possible


def test_a_better_place_takes_the_turn_of_the_one_that_does_least() -> None:
    # Leaving out `big` tells most, and its other word least.
    numbers = {"big": 3.0, "large": 2.9, "dog": 0.5, "hound": -4.0}
    lexicon = {"big": ("large",), "dog": ("hound",)}
    made = subject(Additive(numbers), ["big dog"])
    assert broken(made, WordSubstitution(edits=1, lexicon=lexicon)).all()


# A model that people would train: what it knows of praise and blame, and words it has never met.
PARTS = ("plot", "music", "ending", "cast", "script")
PRAISE = {"great": ("terrific", "superb"), "lovely": ("charming",), "funny": ("witty", "amusing"), "good": ("fine",)}
BLAME = {"bad": ("poor", "weak"), "boring": ("tedious", "dull"), "awful": ("dreadful",), "slow": ("plodding",)}
SYNONYMS = PRAISE | BLAME | {"really": ("truly",), "film": ("movie", "picture"), "was": ("is",), "we": ("they",)}


def reviews(random: np.random.Generator, count: int) -> tuple[list[str], list[bool]]:
    texts, labels = [], []
    for _ in range(count):
        good = bool(random.integers(2))
        three = [str(random.choice(list(PRAISE if good == bool(random.random() < 0.8) else BLAME))) for _ in range(3)]
        first, second, third = random.choice(PARTS, size=3, replace=False)
        texts.append(f"We think the {first} was {three[0]}, the {second} really {three[1]}; a {three[2]} {third}!")
        labels.append(good)
    return texts, labels


def test_it_breaks_more_of_a_trained_model_than_the_same_words_by_chance() -> None:
    random = np.random.default_rng(0)
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10)).fit(*reviews(random, 400))
    texts, _ = reviews(random, 200)
    labels = model.predict(texts)
    made = Subject(model, texts, labels, policy=EXACT)
    for edits in (1, 2, 3):
        chosen = float(made.accuracy(under=WordSubstitution(edits=edits, lexicon=SYNONYMS)))
        chance = float(made.accuracy(under=Synonyms(edits=edits, lexicon=SYNONYMS)))
        assert chosen < chance - 0.05
    assert chosen < 0.5 < chance


@dataclass(frozen=True)
class Listening(Classifier):
    """Remembers what it was asked."""

    inner: Classifier
    calls: list[list[str]]

    def logits(self, x: Any) -> Any:
        self.calls.append([str(text) for text in x])
        return self.inner.logits(x)


def asked(search: WordSubstitution, texts: list[str], model: Classifier) -> list[list[str]]:
    calls: list[list[str]] = []
    listening = Listening(model, calls)
    slots = [search.rules.slots(text) for text in texts]
    search.find(listening, slots, model.logits(texts).argmax(axis=1), None)  # type: ignore[arg-type]  # nothing is drawn
    return calls


@pytest.mark.parametrize("queries", [2, 3, 5, 8, 20])
def test_it_asks_about_a_text_no_more_often_than_it_may(queries: int) -> None:
    steady = Additive(dict.fromkeys(LEXICON, 1.0) | {"anchor": -99.0})
    text = "anchor " + " ".join(LEXICON)
    search = WordSubstitution(edits=12, lexicon=LEXICON, queries=queries)
    assert sum(map(len, asked(search, [text], steady))) == queries
    cost = outcomes(subject(steady, [text]), search).cost
    # The engine asks about the clean text and about what was found.
    assert queries <= cost.queries <= queries + 2


def test_a_question_is_about_many_texts_and_candidates() -> None:
    texts = ["anchor " + " ".join(LEXICON)] * 40
    steady = Additive(dict.fromkeys(LEXICON, 1.0) | {"anchor": -99.0})
    calls = asked(WordSubstitution(edits=12, lexicon=LEXICON), texts, steady)
    assert max(map(len, calls)) == 40
    # 13 texts each to rank, then at most three candidates at 12 places: one call for 40 of them.
    assert len(calls) <= 13 + 12 * 3


def test_what_is_broken_is_asked_about_no_more() -> None:
    model = Additive({"film": 1.0, "movie": -1.0, "big": 0.1, "large": 0.1})
    search = WordSubstitution(edits=2, lexicon={"film": ("movie",), "big": ("large",)})
    # Clean, without `big`, without `film`, and the one that breaks it.
    assert sum(map(len, asked(search, ["big film"], model))) == 4


def test_capitals_and_punctuation_stay_and_what_is_protected_too() -> None:
    def rewritten(search: WordSubstitution, **numbers: float) -> list[str]:
        made = subject(Additive(numbers), ["A GOOD Film, film!", "Good? No 'film'."])
        measurement = made.accuracy(under=search)
        float(measurement)
        found = made._laboratory.evaluation(measurement._case.metric.requests()[0])  # type: ignore[union-attr]
        return [one.changed_text for one in sorted(found.examples_at(2), key=lambda one: one.index)]

    rules: dict[str, Any] = {"lexicon": {"film": ("movie",), "good": ("fine",)}, "most": 1.0}
    # Both texts fall only when every word has changed.
    every = rewritten(WordSubstitution(**rules), film=1, movie=-0.2, good=1, fine=-0.2, no=0.1)
    assert every == ["A FINE Movie, movie!", "Fine? No 'movie'."]
    spared = WordSubstitution(protect=(r"(?i)\bgood\b",), **rules)
    # Here `good` would be the first to go.
    assert rewritten(spared, film=1, movie=-2, good=1.5, fine=-9) == ["A GOOD Movie, movie!", "Good? No 'movie'."]


def test_a_share_is_rounded_down_to_whole_words() -> None:
    for share, words, edits in ((0.2, 4, 0), (0.2, 5, 1), (0.29, 100, 29), (1.0, 3, 3)):
        assert WordSubstitution(most=share).rules.slots("film " * words).most == edits
    assert WordSubstitution(edits=2).rules.slots("film").most == 2


def test_the_distance_is_the_number_of_words_that_changed() -> None:
    model = Additive({"film": 1.0, "movie": -0.1, "good": 1.0, "fine": -0.1, "so": 5.0})
    found = outcomes(
        subject(model, ["film", "good film", "so good"]),
        WordSubstitution(most=1.0, lexicon={"film": ("movie",), "good": ("fine",)}),
    )
    order = np.argsort(found.index)
    assert found.distance[order][:2].tolist() == [1, 2]
    assert found.perturbed[order].tolist() == [0, 0, 1]


def test_aimed_at_a_class_it_reaches_that_class_or_leaves_the_text_standing() -> None:
    class Three(Classifier):
        def logits(self, x: Any) -> Any:
            place = {"film": 0, "movie": 1, "picture": 2}
            return np.array([np.eye(3)[place[str(text)]] for text in x], dtype=np.float32)

    lexicon = {"film": ("movie", "picture"), "movie": ("film",)}
    made = subject(Three(), ["film", "movie", "picture"])
    found = outcomes(made, WordSubstitution(edits=1, lexicon=lexicon, goal=Targeted(2)))
    assert found.reached[np.argsort(found.index)].tolist() == [1, 0, 0]


def test_a_text_among_several_inputs_is_changed_and_the_others_stay_with_it() -> None:
    class Both(Classifier):
        def logits(self, x: Any) -> Any:
            good = np.array([("film" in text) == bool(star) for text, star in zip(x["title"], x["stars"], strict=True)])
            return np.stack([~good, good], axis=1).astype(np.float32)

    data = {"title": np.array(["film", "none", "film"]), "stars": np.array([1.0, 0.0, 1.0], dtype=np.float32)}
    made = Subject(Both(), data, np.ones(3, dtype=int), policy=EXACT)
    search = WordSubstitution(edits=1, lexicon={"film": ("movie",)}, on="title")
    assert broken(made, search).tolist() == [True, False, True]


def test_a_lexicon_that_knows_no_word_of_the_texts_proves_nothing() -> None:
    made = subject(Additive({"film": 1.0}), ["film", "good film"])
    verdict = made.accuracy(under=WordSubstitution(most=1.0, lexicon={"cat": ("feline",)})) >= 0.5
    assert verdict.decision.name == "INVALID"
    assert "in none of 2 texts" in verdict.explanation
    assert made.accuracy(under=WordSubstitution(most=1.0, lexicon={"good": ("fine",)})) >= 0.5


def test_a_model_without_scores_is_told_what_is_left() -> None:
    made = Subject(lambda x: np.ones(len(x), dtype=int), np.array(["film"]), np.ones(1, dtype=int), policy=EXACT)
    with pytest.raises(InvalidModel, match=r"shape \(1,\).*scores of its classes.*Synonyms\(rate=0.2\)"):
        float(made.accuracy(under=WordSubstitution(edits=1, lexicon={"film": ("movie",)})))


def test_a_function_that_returns_scores_will_do() -> None:
    def probabilities(texts: Any) -> Any:
        good = np.array(["film" in text for text in texts], dtype=float)
        return np.stack([1 - good, good], axis=1)

    made = Subject(probabilities, np.array(["film", "none"]), np.array([1, 0]), policy=EXACT)
    assert broken(made, WordSubstitution(edits=1, lexicon={"film": ("movie",)})).tolist() == [True, False]


def test_numbers_are_no_texts() -> None:
    class Two(Classifier):
        def logits(self, x: Any) -> Any:
            return np.tile(np.float32([0, 1]), (len(x), 1))

    made = Subject(Two(), np.zeros((2, 3)), np.ones(2, dtype=int), policy=EXACT)
    with pytest.raises(InvalidData, match=r"WordSubstitution\(most=1\) changes texts"):
        float(made.accuracy(under=WordSubstitution(most=1)))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "either most or edits, and neither is given"),
        ({"most": 0.2, "edits": 1}, "both are given"),
        ({"most": 0}, "most=0 must be a share"),
        ({"most": 1.2}, "most=1.2 must be a share of the words above 0, at most 1; .*edits"),
        ({"edits": 0}, "edits=0 must be an integer, at least 1"),
        ({"edits": 1.5}, "edits=1.5 must be an integer"),
        ({"most": 0.2, "queries": 1}, "queries=1 must be an integer, at least 2"),
        ({"most": 0.2, "protect": "film"}, "protect='film' must be a tuple"),
        ({"most": 0.2, "protect": ("(",)}, r"protect='\(' is no regular expression"),
        ({"most": 0.2, "lexicon": {}}, "lexicon={} must be a mapping"),
    ],
    ids=repr,
)
def test_what_means_nothing_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        WordSubstitution(**wrong)


def test_milder_ones_change_fewer_words() -> None:
    assert WordSubstitution(most=0.4).scaled(0.5) == WordSubstitution(most=0.2)
    assert WordSubstitution(edits=4).scaled(0.5) == WordSubstitution(edits=2)
    assert WordSubstitution.strongest() == WordSubstitution(most=1.0)
    assert repr(WordSubstitution(most=0.2, lexicon=WordNet())) == "WordSubstitution(most=0.2, lexicon=WordNet())"


@pytest.mark.parametrize(
    "search",
    [
        WordSubstitution(edits=2, lexicon=LEXICON),
        WordSubstitution(most=0.5, lexicon=LEXICON, protect=("w1",)),
        WordSubstitution(most=1.0, lexicon=LEXICON, queries=7, goal=Targeted(1)),
    ],
    ids=repr,
)
def test_it_keeps_every_promise(search: WordSubstitution) -> None:
    check_word_search(search, TEXTS)


value = dataclass(frozen=True, kw_only=True, repr=False)
LATER: list[int] = []


@value
class _Bad(WordSearch):
    """A search without a flaw, for the flawed ones to differ from in one line."""

    needs: ClassVar = Classifier
    edits: int = count_field(default=2)
    goal: Goal = Untargeted()

    @property
    def rules(self) -> WordRules:
        return WordRules(lexicon=LEXICON, edits=self.edits, protect=("w9",))

    def find(self, model: Any, texts: Any, y: Any, streams: Any) -> Any:
        return [self.chosen(slots, len(texts)) for slots in texts]

    def chosen(self, slots: Any, together: int) -> list[int]:
        return [1 if place < self.edits else 0 for place in range(len(slots.places))]


@value
class Flawless(_Bad):
    pass


@value
class ChangesAProtectedWord(_Bad):
    def chosen(self, slots: Any, together: int) -> list[int]:
        return [1] * slots.text.count("w9") + [0] * len(slots.places)


@value
class WritesAWordOfItsOwn(_Bad):
    def chosen(self, slots: Any, together: int) -> list[int]:
        return [len(words) + 1 if place == 0 else 0 for place, words in enumerate(slots.others)]


@value
class GoesOverItsBudget(_Bad):
    def chosen(self, slots: Any, together: int) -> list[int]:
        return [1] * len(slots.places)


@value
class DependsOnTheBatch(_Bad):
    def chosen(self, slots: Any, together: int) -> list[int]:
        return [int(place == 0 and together > 2) for place in range(len(slots.places))]


@value
class DependsOnTheOrder(_Bad):
    def find(self, model: Any, texts: Any, y: Any, streams: Any) -> Any:
        return [[int(place == 0 and row == 0) for place in range(len(one.places))] for row, one in enumerate(texts)]


@value
class DrawsElsewhere(_Bad):
    def chosen(self, slots: Any, together: int) -> list[int]:
        LATER.append(1)
        return [int(place == 0 and len(LATER) % 2) for place in range(len(slots.places))]


@value
class LosesAText(_Bad):
    def find(self, model: Any, texts: Any, y: Any, streams: Any) -> Any:
        return [self.chosen(slots, 1) for slots in texts[1:]]


@value
class KnowsNoWord(_Bad):
    @property
    def rules(self) -> WordRules:
        return WordRules(lexicon={"cat": ("feline",)}, edits=1)


FLAWS: list[tuple[Callable[..., Any], str]] = [
    (ChangesAProtectedWord, "chose . words for . places"),
    (WritesAWordOfItsOwn, "it was offered 1 to"),
    (GoesOverItsBudget, "its own rules allow 2"),
    (DependsOnTheBatch, "another result alone"),
    (DependsOnTheOrder, "another result alone"),
    (DrawsElsewhere, "another result the second time"),
    (LosesAText, "answers for 4 texts of 5"),
    (KnowsNoWord, "may exchange a word in 0 of 5 texts"),
]


@pytest.mark.parametrize(("flawed", "message"), FLAWS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_check_catches_the_flaw(flawed: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_word_search(flawed(), TEXTS)


def test_the_check_lets_a_search_without_a_flaw_pass() -> None:
    check_word_search(Flawless(), TEXTS)


@pytest.mark.parametrize(
    ("flawed", "message"),
    [
        (ChangesAProtectedWord(), "chose 4 words for 3 places of 'w1 w1 w5 w9'"),
        (WritesAWordOfItsOwn(), "it was offered 1 to"),
        (GoesOverItsBudget(), "its own rules allow 2"),
        (LosesAText(), "found words for 4 texts of 5"),
    ],
    ids=repr,
)
def test_the_engine_refuses_what_the_rules_do_not_allow(flawed: Any, message: str) -> None:
    model = additive(np.random.default_rng(0))
    with pytest.raises(InvalidArgument, match=message):
        float(subject(model, TEXTS).accuracy(under=flawed))
