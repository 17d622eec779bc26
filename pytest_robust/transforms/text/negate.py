"""Is not for is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import BEGIN, END, Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited

__all__ = ["Negate"]

_ALREADY = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|cannot|hardly)\b|n['\u2019]t\b", re.IGNORECASE
)
# Base, third person and past of verbs that opinions and questions are full of.
_FORMS = """
    agree agrees agreed, appear appears appeared, ask asks asked, become becomes became, believe believes believed,
    buy buys bought, care cares cared, come comes came, dislike dislikes disliked, enjoy enjoys enjoyed,
    expect expects expected, feel feels felt, find finds found, get gets got, give gives gave, go goes went,
    hate hates hated, have has had, help helps helped, hope hopes hoped, keep keeps kept, know knows knew,
    leave leaves left, like likes liked, live lives lived, look looks looked, love loves loved, make makes made,
    mean means meant, need needs needed, play plays played, prefer prefers preferred, recommend recommends recommended,
    remember remembers remembered, run runs ran, say says said, see sees saw, seem seems seemed, sound sounds sounded,
    take takes took, taste tastes tasted, tell tells told, think thinks thought, try tries tried,
    understand understands understood, use uses used, want wants wanted, watch watches watched, work works worked
"""
_VERBS = [entry.split() for entry in _FORMS.split(",")]
_DENIED = {
    word: f"{helper} not {base}"
    for base, third, past in _VERBS
    for word, helper in ((base, "do"), (third, "does"), (past, "did"))
}
_PRONOUN = "i|you|he|she|it|we|they|this|that|these|those|there|who|which|everyone|everybody"
_ADVERB = r"(?:(?:absolutely|always|also|just|often|really|still|truly|usually)\s+)?"
# What tells "I have seen it", with an auxiliary, from "I have it".
_PARTICIPLES = "|".join(
    ("been", "become", "come", "done", "given", "gone", "known", "run", "seen", "taken", *(past for *_, past in _VERBS))
)
_PERFECT = rf"(?:has|have|had)(?=\s+(?:{_PARTICIPLES}|\w+ed)\b)"
_AUXILIARY = (
    r"is|are|was|were|am|can|could|will|would|should|must|might"
    rf"|{_PERFECT}|(?:do|does|did)(?=\s+(?:{'|'.join(base for base, *_ in _VERBS)})\b)"
    rf"|(?:{_PRONOUN})['\u2019](?:m|s|re|ve|ll|d)"
)
# Not a noun, as in "his will" or "a can".
_NO_NOUN = "".join(rf"(?<!\b{word} )" for word in ("a", "the", "his", "her", "my", "your", "their", "our", "of"))
_STATEMENT = re.compile(
    rf"{BEGIN}{_NO_NOUN}(?P<auxiliary>{_AUXILIARY}){END}"
    rf"|{BEGIN}(?:{_PRONOUN})\s+{_ADVERB}(?P<verb>(?!{_PERFECT})(?:{'|'.join(_DENIED)})){END}",
    re.IGNORECASE,
)
# A question has its verb in front of who is asked about, and denies with a short form.
_QUESTION = re.compile(
    rf"{BEGIN}(?:is|are|was|were|am|can|could|will|would|should|do|does|did|has|have|had)(?=\s)", re.IGNORECASE
)
_SHORT = {"am": "aren't", "can": "can't", "will": "won't"}
# At the start of a statement these are names, or nouns.
_NAMES = {"Will", "Can", "Might", "Must"}


@dataclass(frozen=True, kw_only=True, repr=False)
class Negate(Transform):
    """Negate English sentences: is becomes is not, loves becomes does not love.

    For tests of direction: a denied opinion ought to lower the score of the class it spoke for.
    A place is each sentence that denies nothing yet, at its first verb that is known: an
    auxiliary, or behind a pronoun one of some fifty common verbs; "Is it?" becomes "Isn't it?".
    Sentences with none of these, and those that deny already, stay as they are.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, or one is outside its range.

    Examples:
        >>> Negate(rate=1)
        Negate(rate=1)

    References:
        Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList",
        ACL 2020, arXiv:2005.04118, section 2.2.
    """

    rate: Amount | None = strength(strongest=1.0, default=None)
    edits: int | None = count_field(default=None)
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the negated texts."""
        return edited(self, batch, streams, _negations)


def _negations(text: Text, _: Sequence[float]) -> Iterator[Edit]:
    for start, end in text.sentences:
        if not _ALREADY.search(text.value, start, end):
            asks = text.value[start:end].endswith("?")
            denied = (_question(text.value, start, end) if asks else None) or _statement(text.value, start, end)
            if denied is not None:
                yield denied


def _question(value: str, start: int, end: int) -> Edit | None:
    found = _QUESTION.search(value, start, end)
    if found is None:
        return None
    verb = found[0]
    short = _SHORT.get(verb.lower(), f"{verb.lower()}n't")
    return Edit(*found.span(), short.upper() if verb.isupper() else verb[0] + short[1:])


def _statement(value: str, start: int, end: int) -> Edit | None:
    for found in _STATEMENT.finditer(value, start, end):
        if found["verb"]:
            verb = found["verb"]
            denied = _DENIED[verb.lower()]
            return Edit(*found.span("verb"), denied.upper() if verb.isupper() else denied)
        auxiliary = found["auxiliary"]
        if auxiliary not in _NAMES:
            denied = "not" if auxiliary.lower() == "can" else " not"
            return Edit(*found.span(), auxiliary + (denied.upper() if auxiliary.isupper() else denied))
    return None
