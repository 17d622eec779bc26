"""What the tasks of sequences are made of does what it says, on tables and tiny networks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.special import log_softmax

from reference_models.sequences.language_model import Sampling
from reference_models.sequences.ngrams import bigram_perplexity, unigram_perplexity
from reference_models.sequences.novelty import longest_copied, repeated
from reference_models.sequences.pieces import BEGIN, END, PAD, UNKNOWN, Pieces, pieces
from reference_models.sequences.search import Said, beam, greedy
from reference_models.sequences.seq2seq_fit import shifted
from reference_models.sequences.spelling import Spelling, distance

# ---------------------------------------------------------------- pieces


@pytest.mark.parametrize(
    "text",
    ["Wednesday, March 5, 1997", "21\u00a0kilomètres", "  two  spaces ", "vingt-et-un !", "a_b", "it's", "日本 3", ""],
)
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text
    known = Pieces.of([pieces(text)])
    assert known.text(known.numbers([pieces(text)], begin=True, end=True)[0]) == text


def test_a_number_is_its_digits_and_an_iterable_of_characters_is_no_word() -> None:
    assert pieces("1975 years") == ["1", "9", "7", "5", " years"]


def test_rows_are_filled_up_on_the_right_and_end_where_they_say() -> None:
    known = Pieces.of([["a", "b", "a"]])
    made = known.numbers([["a"], ["a", "c", "b"]], begin=True, end=True)
    assert made.tolist() == [[BEGIN, 4, END, PAD, PAD], [BEGIN, 4, UNKNOWN, 5, END]]
    assert known.text([BEGIN, 4, END, 5]) == "a"


def test_rare_pieces_and_those_beyond_the_most_are_unknown() -> None:
    texts = [["a", "b"], ["a", "c"], ["a", "b"]]
    assert "c" in Pieces.of(texts)
    assert "c" not in Pieces.of(texts, least=2)
    assert Pieces.of(texts, most=5).known[4:] == ("a",)


def test_pieces_without_the_four_signs_are_refused() -> None:
    with pytest.raises(ValueError, match=r"the first pieces are \('a',\), and must be"):
        Pieces(("a",))


def test_the_decoder_is_given_what_stands_before_what_it_has_to_say() -> None:
    sentence = np.array([[BEGIN, 7, 8, 9, END]])
    previous, wanted = shifted(sentence)
    assert previous.tolist() == [[BEGIN, 7, 8, 9]]
    assert wanted.tolist() == [[7, 8, 9, END]]
    # The mistake: the sentence itself on both sides, and all that is learned is to copy.
    assert (previous != wanted).all()


# ---------------------------------------------------------------- search


@dataclass(frozen=True)
class Table:
    """A decoder whose next piece depends on the sentence and all that it wrote, by a table of random logits."""

    logits: np.ndarray
    ends: bool = True

    def step(self, previous: np.ndarray, state: np.ndarray) -> Said:
        state = np.column_stack([state, previous])
        seeds = [hash(tuple(row)) % len(self.logits) for row in state.tolist()]
        logits = self.logits[seeds].copy()
        if not self.ends:
            logits[:, END] = -1e9
        return Said(logits=logits, state=state, attention=np.full((len(state), 2), 0.5, np.float32))

    def chosen(self, state: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return state[rows]


def table(seed: int, *, ends: bool = True, known: int = 7) -> Table:
    return Table(np.random.default_rng(seed).normal(size=(997, known)).astype(np.float32) * 2, ends)


def likelihood(decoder: Table, sentence: int, row: tuple[int, ...]) -> float:
    """Return the log-probability of a sentence, piece by piece, by the definition."""
    state, previous, total = np.array([[sentence]]), BEGIN, 0.0
    for piece in row:
        said = decoder.step(np.array([previous]), state)
        total += float(log_softmax(said.logits[0].astype(np.float64))[piece])
        state, previous = said.state, piece
        if piece == END:
            break
    return total


@pytest.mark.parametrize("seed", range(5))
def test_a_beam_as_wide_as_all_there_is_finds_the_likeliest_sentence(seed: int) -> None:
    decoder, longest = table(seed), 3
    allowed = [piece for piece in range(7) if piece not in {PAD, BEGIN}]
    every = [row for row in product(allowed, repeat=longest) if END not in row]
    every += [
        (*row, END) for length in range(longest) for row in product([a for a in allowed if a != END], repeat=length)
    ]
    written = beam(decoder, np.array([[0], [1]]), sentences=2, width=200, longest=longest, penalty=0.0)
    for sentence in (0, 1):
        best = max(every, key=lambda row: likelihood(decoder, sentence, row))
        found = tuple(piece for piece in written.numbers[sentence].tolist() if piece != PAD)
        assert found == best
        assert written.log_probability[sentence] == pytest.approx(likelihood(decoder, sentence, best))


def test_greedy_takes_the_likeliest_piece_at_each_step_and_a_beam_finds_better_ones() -> None:
    better = 0
    for seed in range(20):
        decoder, state = table(seed, ends=False), np.array([[0]])
        one = greedy(decoder, state, sentences=1, longest=4)
        several = beam(decoder, state, sentences=1, width=5, longest=4, penalty=0.0)
        row, previous, known = [], BEGIN, state
        for _ in range(4):
            said = decoder.step(np.array([previous]), known)
            logits = said.logits[0].copy()
            logits[[PAD, BEGIN]] = -np.inf
            previous, known = int(logits.argmax()), said.state
            row.append(previous)
        assert one.numbers[0].tolist() == row
        assert several.log_probability[0] >= one.log_probability[0] - 1e-9
        better += several.log_probability[0] > one.log_probability[0] + 1e-9
    assert better >= 3


def test_sentences_of_a_batch_do_not_touch_each_other() -> None:
    decoder = table(3)
    together = beam(decoder, np.arange(6)[:, None], sentences=6, width=3, longest=8)
    for sentence in range(6):
        alone = beam(decoder, np.array([[sentence]]), sentences=1, width=3, longest=8)
        said = [piece for piece in together.numbers[sentence].tolist() if piece != PAD]
        assert said == [piece for piece in alone.numbers[0].tolist() if piece != PAD]


def test_nothing_is_written_after_the_end_and_no_sentence_is_longer_than_allowed() -> None:
    written = greedy(table(1), np.arange(30)[:, None], sentences=30, longest=6).numbers
    assert written.shape[1] <= 6
    ended = np.cumsum(written == END, axis=1) - (written == END) > 0
    assert ended.any()
    assert (written[ended] == PAD).all()
    assert not np.isin(written, [BEGIN]).any()


# ---------------------------------------------------------------- spelling


def test_distance_counts_letters_put_in_left_out_changed_and_swapped() -> None:
    assert [distance("march", word, most=2) for word in ("march", "mrach", "marc", "marsch", "match", "april")] == [
        *(0, 1, 1, 1, 1),
        3,
    ]


def test_unknown_words_are_read_as_the_nearest_known_one_and_known_ones_are_left_alone() -> None:
    known = Pieces.of([pieces("5 march 1999, may 2 kilometers and mars")])
    spelling = Spelling()
    assert spelling.mended(pieces("5 mrach 1999, mqy 2 kilometrs"), known) == pieces("5 march 1999, may 2 kilometers")
    # Another word, not a misspelling; a digit; nothing near.
    for text in ("5 mars", "77 march", "5 december"):
        assert spelling.mended(pieces(text), known) == pieces(text)
    # A sign that it has never read; a comma it has.
    assert spelling.mended(pieces("5, march!"), known) == pieces("5, march")


# ---------------------------------------------------------------- sampling

LOGITS = np.log(np.array([0.05, 0.5, 0.15, 0.3]))


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(), [0.05, 0.5, 0.15, 0.3]),
        (Sampling(top_k=1), [0, 1, 0, 0]),
        (Sampling(top_k=2), [0, 5 / 8, 0, 3 / 8]),
        (Sampling(top_p=0.5), [0, 1, 0, 0]),
        (Sampling(top_p=0.51), [0, 5 / 8, 0, 3 / 8]),
        (Sampling(top_p=0.95), [0, 0.5 / 0.95, 0.15 / 0.95, 0.3 / 0.95]),
        (Sampling(top_p=1e-9), [0, 1, 0, 0]),
        (Sampling(top_k=3, top_p=0.6), [0, 5 / 8, 0, 3 / 8]),
        (Sampling(temperature=0.5), np.array([0.0025, 0.25, 0.0225, 0.09]) / 0.365),
        (Sampling(temperature=1e-3), [0, 1, 0, 0]),
        (Sampling(temperature=1e9), [0.25] * 4),
    ],
    ids=str,
)
def test_only_the_likely_characters_are_drawn(sampling: Sampling, expected: Any) -> None:
    np.testing.assert_allclose(sampling.probabilities(LOGITS), expected, atol=1e-6)
    np.testing.assert_allclose(sampling.probabilities(np.stack([LOGITS, LOGITS]))[1], expected, atol=1e-6)


def test_what_is_ruled_out_is_never_drawn_and_equal_ones_keep_their_number() -> None:
    assert Sampling().probabilities(np.array([-np.inf, 0.0, 0.0])).tolist() == [0, 0.5, 0.5]
    assert (Sampling(top_k=2).probabilities(np.zeros(5)) > 0).sum() == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"temperature": 0}, "temperature=0 must be above 0; top_k=1 takes the likeliest"),
        ({"top_k": 0}, "top_k=0 must be an integer, at least 1"),
        ({"top_k": 2.5}, r"top_k=2\.5 must be an integer"),
        ({"top_p": 0}, "top_p=0 must be above 0 and at most 1"),
        ({"top_p": 1.1}, r"top_p=1\.1 must be"),
    ],
)
def test_ways_to_draw_that_mean_nothing_are_refused(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sampling(**given)


# ---------------------------------------------------------------- copies and repetitions


def test_the_longest_copied_passage_is_found_wherever_it_stands() -> None:
    learned = "It is a truth universally acknowledged, that a single man in possession"
    random = np.random.default_rng(0)
    for start, length in ((0, 9), (20, 30), (len(learned) - 12, 12)):
        noise = ["".join(random.choice(list("0123456789"), 40)) for _ in range(2)]
        passage = learned[start : start + length]
        assert longest_copied(noise[0] + passage + noise[1], learned) == passage
    assert longest_copied("0123456789", learned) == ""
    assert longest_copied(learned, learned) == learned


def test_passages_that_were_there_before_are_counted() -> None:
    assert repeated("abcdefghij", length=3) == 0
    assert repeated("aaaaaaaaaa", length=3) == pytest.approx(7 / 8)
    with pytest.raises(ValueError, match="a text of 2 characters has no passage of 3"):
        repeated("ab", length=3)


def test_counts_of_characters_are_as_perplexed_as_by_hand() -> None:
    # Three kinds and one for what was not seen: a has 2 + 1 of 4 + 4.
    assert unigram_perplexity("aabc", "ab") == pytest.approx(((3 / 8) * (2 / 8)) ** -0.5)
    # Of two that follow a, one is b.
    assert bigram_perplexity("aabc", "ab") == pytest.approx(((1 + 1) / (2 + 4)) ** -1)
    text = "the cat sat on the mat and the dog ran " * 20
    assert bigram_perplexity(text, text) < unigram_perplexity(text, text) < len(set(text))
