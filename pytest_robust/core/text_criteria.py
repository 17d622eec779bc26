"""What counts as right where the answers are texts or sequences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from pytest_robust.core.arrays import Floats, Integers, Labels, Outputs
from pytest_robust.core.criteria import AgainstClean, Criterion
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.metric import AnswerScore
from pytest_robust.core.sequences import Tokens

__all__ = ["Bleu", "CorpusBleu", "ExactMatch", "Kept"]


@dataclass(frozen=True, kw_only=True)
class ExactMatch(Criterion):
    """Right is the whole text or sequence, from its first token to its last.

    Args:
        ignore_case: Whether capitals and small letters are the same.
        ignore_spaces: Whether all white space is a single space, and none at the ends.
        tokens: Where a row of token ids ends.

    Examples:
        >>> said = np.array(["Le  chat", "un chien"])
        >>> ExactMatch().score(np.array(["le chat", "un chien"]), said).tolist()
        [0.0, 1.0]
        >>> ExactMatch(ignore_case=True, ignore_spaces=True).score(np.array(["le chat", "un chien"]), said).tolist()
        [1.0, 1.0]
        >>> ExactMatch(tokens=Tokens(end=2)).score(np.array([[7, 5, 2]]), np.array([[7, 5, 2, 9]])).tolist()
        [1.0]
    """

    about_classes: ClassVar = False

    ignore_case: bool = False
    ignore_spaces: bool = False
    tokens: Tokens = field(default_factory=Tokens)

    def __post_init__(self) -> None:
        """Validate."""
        for name in ("ignore_case", "ignore_spaces"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidArgument(f"ExactMatch: {name}={getattr(self, name)!r} must be True or False")
        _check_tokens(self)

    def wanted(self, y: Labels) -> Labels:
        """Return the labels as texts."""
        return self.tokens.wanted(y)

    def read(self, outputs: Outputs) -> Outputs:
        """Return the answers as texts."""
        return self.tokens.texts(outputs)

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) 1 where a text is the wanted one."""
        pairs = zip(self.wanted(target), self.read(outputs), strict=True)
        return np.array([self._plain(said) == self._plain(wanted) for wanted, said in pairs], dtype=np.float64)

    def _plain(self, text: str) -> str:
        text = text.casefold() if self.ignore_case else text
        return " ".join(text.split()) if self.ignore_spaces else text


@dataclass(frozen=True, kw_only=True)
class Bleu(Criterion):
    """Right is the share of a text's words and their order that BLEU finds again, sentence by sentence.

    Of a sentence with fewer than four tokens as many n-grams count as it can have, and counts of none are smoothed, as
    sacreBLEU does. The mean over sentences is not the BLEU of a corpus, which `robust.score(CorpusBleu())` gives.

    Args:
        at_least: A sentence is right from this score on, in (0, 1]; None for the score itself.
        tokenize: A tokenizer of sacreBLEU: "13a" as in its papers, "char", "intl", "zh", or "none" for what is in
            tokens already.
        tokens: Where a row of token ids ends.

    Raises:
        InvalidArgument: sacreBLEU is not installed or has no such tokenizer, or the score is outside its range.

    Examples:
        >>> said = np.array(["the cat sat on the mat", "a dog"])
        >>> Bleu().score(np.array(["the cat sat on a mat", "a dog"]), said).round(2).tolist()
        [0.54, 1.0]
        >>> Bleu(at_least=0.9).score(np.array(["the cat sat on a mat", "a dog"]), said).tolist()
        [0.0, 1.0]

    References:
        Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", ACL 2002; Post, "A Call for
        Clarity in Reporting BLEU Scores", WMT 2018, arXiv:1804.08771.
    """

    about_classes: ClassVar = False

    at_least: float | None = None
    tokenize: str = "13a"
    tokens: Tokens = field(default_factory=Tokens)

    def __post_init__(self) -> None:
        """Validate."""
        least = self.at_least
        if least is not None and (isinstance(least, bool) or not isinstance(least, (int, float)) or not 0 < least <= 1):
            raise InvalidArgument(
                f"Bleu: at_least={least!r} must be above 0 and at most 1, where sacreBLEU writes 100; or None for the "
                "score itself"
            )
        _check_tokenizer(self)
        _check_tokens(self)

    def wanted(self, y: Labels) -> Labels:
        """Return the labels as texts."""
        return self.tokens.wanted(y)

    def read(self, outputs: Outputs) -> Outputs:
        """Return the answers as texts."""
        return self.tokens.texts(outputs)

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) scores from 0 to 1."""
        bleu = _sacrebleu()(tokenize=self.tokenize, effective_order=True)
        pairs = zip(self.wanted(target), self.read(outputs), strict=True)
        # Rounding carries a perfect score beyond 100.
        scores = np.array([min(bleu.sentence_score(said, [wanted]).score / 100, 1.0) for wanted, said in pairs])
        return scores if self.at_least is None else (scores >= self.at_least).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class CorpusBleu(AnswerScore):
    """BLEU of all texts together, from 0 to 1: sacreBLEU's number by a hundred. For `robust.score(...)`.

    Args:
        tokenize: A tokenizer of sacreBLEU, as in `Bleu`.
        tokens: Where a row of token ids ends.

    Raises:
        InvalidArgument: sacreBLEU is not installed or has no such tokenizer.

    Examples:
        >>> bleu = CorpusBleu().measure(np.array(["the cat sat on a mat"]), np.array(["the cat sat on the mat"]))
        >>> round(bleu(np.array([0])), 2)
        0.54
    """

    tokenize: str = "13a"
    tokens: Tokens = field(default_factory=Tokens)

    def __post_init__(self) -> None:
        """Validate."""
        _check_tokenizer(self)
        _check_tokens(self)

    @property
    def criterion(self) -> ExactMatch:
        """What reads texts."""
        return ExactMatch(tokens=self.tokens)

    def measure(self, target: Labels, outputs: Outputs) -> Callable[[Integers], float]:
        """Return what gives the BLEU of some texts."""
        kind = _sacrebleu()
        bleu = kind(tokenize=self.tokenize, effective_order=True)
        found = [bleu.sentence_score(said, [wanted]) for wanted, said in zip(target, outputs, strict=True)]
        # Counts add up over sentences, so that a resample costs a sum.
        counts, totals = (np.array([getattr(one, name) for one in found]) for name in ("counts", "totals"))
        said, wanted = (np.array([getattr(one, name) for one in found]) for name in ("sys_len", "ref_len"))

        def of(rows: Integers) -> float:
            score = kind.compute_bleu(
                correct=counts[rows].sum(axis=0).tolist(),
                total=totals[rows].sum(axis=0).tolist(),
                sys_len=int(said[rows].sum()),
                ref_len=int(wanted[rows].sum()),
            ).score
            return min(float(score) / 100, 1.0)

        return of


@dataclass(frozen=True)
class Kept(AgainstClean):
    """Right is what the answer to the unchanged input was, as another criterion judges it: needs no labels.

    Args:
        criterion: `ExactMatch()`, `Bleu()`, `WithinTolerance(...)` or a function of (before, after). For classes there
            is `SameAsClean()`, for boxes `BoxesKept()`.

    Raises:
        InvalidArgument: It is no criterion, or one that needs no labels as it is.

    Examples:
        >>> kept = Kept(ExactMatch(ignore_case=True))
        >>> kept.score(kept.kept(np.array(["Le chat"])), np.array(["le chat"])).tolist()
        [1.0]
    """

    about_classes: ClassVar = False

    criterion: Criterion

    def __post_init__(self) -> None:
        """Validate."""
        given = self.criterion
        if not isinstance(given, Criterion) or not given.needs_labels:
            raise InvalidArgument(
                f"Kept({given!r}): give a criterion that judges by labels, such as ExactMatch() or Bleu()"
            )
        if given.about_classes:
            raise InvalidArgument(f"Kept({given!r}) would judge classes; SameAsClean() does")

    def read(self, outputs: Outputs) -> Outputs:
        """Return the answers as the criterion reads them."""
        return self.criterion.read(outputs)

    def kept(self, outputs: Outputs) -> Labels:
        """Return the answers before the change."""
        return self.criterion.wanted(outputs)

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) the criterion's scores, the answers before in the place of labels."""
        return self.criterion.score(target, outputs)


def _check_tokens(owner: Any) -> None:  # noqa: ANN401 - a value with tokens
    if not isinstance(owner.tokens, Tokens):
        raise InvalidArgument(f"{type(owner).__name__}: tokens={owner.tokens!r} must be Tokens(padding=..., end=...)")


def _check_tokenizer(owner: Any) -> None:  # noqa: ANN401 - a value with tokenize
    names = _sacrebleu().TOKENIZERS
    if owner.tokenize not in names:
        known = ", ".join(sorted(names))
        raise InvalidArgument(f"{type(owner).__name__}: tokenize={owner.tokenize!r} is none of sacreBLEU's: {known}")


def _sacrebleu() -> Any:  # noqa: ANN401 - a class of sacreBLEU
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ImportError:
        raise InvalidArgument("BLEU is counted by sacreBLEU, which is not installed: pip install sacrebleu") from None
    return BLEU
