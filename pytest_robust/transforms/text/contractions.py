"""Don't for do not, and do not for don't."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import BEGIN, END, Text
from pytest_robust.core.wording import like
from pytest_robust.transforms.text._edits import Edit, check_edits, edited

__all__ = ["Contracted", "Contractions", "Expanded", "Form", "OtherForm"]

_IRREGULAR = {"can't": "cannot", "won't": "will not", "shan't": "shall not", "let's": "let us"}
_SHORT_IRREGULAR = {"cannot": "can't", "can not": "can't", "will not": "won't", "shall not": "shan't"}
_VERBS = "is|are|was|were|do|does|did|has|have|had|could|would|should|must|need"
# Which subjects a verb is short behind, so that nothing is made that nobody writes. "Has" is
# missing: "she's" would be read as "she is".
_BEHIND = {
    "am": ("m", "i"),
    "is": ("s", "he|she|it|that|there|who|what|where|how"),
    "are": ("re", "you|we|they"),
    "have": ("ve", "i|you|we|they"),
    "will": ("ll", "i|you|he|she|it|we|they|that|there|who"),
    "would": ("d", "i|you|he|she|we|they|who"),
}
_FULL = {short: verb for verb, (short, _) in _BEHIND.items()}
_SUBJECTS = "|".join(sorted({one for _, subjects in _BEHIND.values() for one in subjects.split("|")}))
_DONE = "been|become|done|gone|got|had|made|seen|taken"

_WHOLE = re.compile(rf"{BEGIN}(?:(?:can|won|shan)['\u2019]t|let['\u2019]s){END}", re.IGNORECASE)
_VERB_NOT = re.compile(rf"{BEGIN}(?:{_VERBS})(n['\u2019]t){END}", re.IGNORECASE)
_SUBJECT_VERB = re.compile(rf"{BEGIN}(?:{_SUBJECTS})(['\u2019](m|s|re|ve|ll|d)){END}", re.IGNORECASE)
_MODAL_HAVE = re.compile(rf"{BEGIN}(?:could|should|would|must|might)(['\u2019]ve){END}", re.IGNORECASE)
# What tells "has" from "is", and "had" from "would".
_HAS_BEHIND = re.compile(rf"\s+(?:{_DONE}){END}", re.IGNORECASE)
_HAD_BEHIND = re.compile(rf"\s+(?:better|{_DONE}){END}", re.IGNORECASE)

_TWO_WORDS = re.compile(rf"{BEGIN}(?:cannot|(?:can|will|shall)\s+not){END}", re.IGNORECASE)
_NOT_BEHIND = re.compile(rf"{BEGIN}(?:{_VERBS})(\s+not){END}", re.IGNORECASE)
# Only where the sentence goes on: nobody writes "I know what it's". And "I have a dog" is rarely
# "I've a dog".
_GOES_ON = r"(?=\s+[\"'(\u2018\u201c]?(?!(?:and|as|because|but|if|in|or|that|when|while)\b)\w)"
_AHEAD = {"have": rf"(?=\s+(?:{_DONE}|\w+ed){END})"}
_PAIRS = tuple(
    (re.compile(rf"{BEGIN}(?:{subjects})(\s+{verb}){_AHEAD.get(verb, _GOES_ON)}", re.IGNORECASE), short)
    for verb, (short, subjects) in _BEHIND.items()
)


class Form(ABC):
    """Which of the two forms is written."""

    @abstractmethod
    def found(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:
        """Yield the edits that may be made to a text."""


@dataclass(frozen=True)
class Expanded(Form):
    """Two words: do not, it is.

    Examples:
        >>> Expanded()
        Expanded()
    """

    def found(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:  # noqa: ARG002 - nothing to choose
        """Yield one edit for each contraction."""
        value = text.value
        for found in _WHOLE.finditer(value):
            yield Edit(*found.span(), like(_IRREGULAR[found[0].lower().replace("\u2019", "'")], found[0]))
        for found in _VERB_NOT.finditer(value):
            yield _tail(found, " not")
        for found in _MODAL_HAVE.finditer(value):
            yield _tail(found, " have")
        for found in _SUBJECT_VERB.finditer(value):
            short = found[2].lower()
            full = _FULL[short]
            if short == "s" and _HAS_BEHIND.match(value, found.end()):
                full = "has"
            if short == "d" and _HAD_BEHIND.match(value, found.end()):
                full = "had"
            yield _tail(found, f" {full}")


@dataclass(frozen=True)
class Contracted(Form):
    """One word: don't, it's.

    Examples:
        >>> Contracted()
        Contracted()
    """

    def found(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:  # noqa: ARG002 - nothing to choose
        """Yield one edit for each pair of words that has a short form."""
        value = text.value
        sign = "\u2019" if "\u2019" in value else "'"
        for found in _TWO_WORDS.finditer(value):
            short = _SHORT_IRREGULAR[" ".join(found[0].lower().split())]
            yield Edit(*found.span(), like(short, found[0]).replace("'", sign))
        for found in _NOT_BEHIND.finditer(value):
            yield _tail(found, f"n{sign}t")
        for pattern, short in _PAIRS:
            for found in pattern.finditer(value):
                yield _tail(found, f"{sign}{short}")


@dataclass(frozen=True)
class OtherForm(Form):
    """One word where there are two, two where there is one.

    Examples:
        >>> OtherForm()
        OtherForm()
    """

    def found(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:
        """Yield one edit for each contraction, and for each pair that has one."""
        yield from Expanded().found(text, choice)
        yield from Contracted().found(text, choice)


def _tail(found: re.Match[str], new: str) -> Edit:
    """Return the edit that ends a match otherwise from its first group on, in capitals where it is.

    It covers the whole match: of "it is not" one pair can be contracted, not both.
    """
    loud = len(found[0]) > 1 and found[0].isupper()
    return Edit(
        found.start(), found.end(1), found[0][: found.start(1) - found.start()] + (new.upper() if loud else new)
    )


@dataclass(frozen=True, kw_only=True, repr=False)
class Contractions(Transform):
    """Contract English: do not becomes don't; or expand it: don't becomes do not.

    A place is each contraction and each pair of words that has one, as far as `to` changes them.
    The usual ones of verbs with "not" and with pronouns are known; 's of a possessor is left.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        to: What is written: `OtherForm()`, `Contracted()` or `Expanded()`.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, one is outside its range,
            or `to` is no form.

    Examples:
        >>> Contractions(rate=1)
        Contractions(rate=1)
        >>> Contractions(edits=1, to=Expanded())
        Contractions(edits=1, to=Expanded())

    References:
        Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList",
        ACL 2020, arXiv:2005.04118.
    """

    rate: Amount | None = strength(strongest=1.0, default=None)
    edits: int | None = count_field(default=None)
    to: Form = OtherForm()
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)
        if not isinstance(self.to, Form):
            raise InvalidArgument(f"to={self.to!r} must be OtherForm(), Contracted() or Expanded()")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with the other forms."""
        return edited(self, batch, streams, self.to.found)
