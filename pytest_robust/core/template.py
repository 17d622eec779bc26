"""Sentences with gaps, and the answer that every filling of them must get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from string import Formatter

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.lexicon import WordLists

__all__ = ["Template"]

_EXAMPLE = "{'word': ('awful', 'bad')}"


@dataclass(frozen=True, kw_only=True)
class Template:
    """A text with gaps, what may stand in them, and the right answer, whatever stands there.

    Args:
        text: With the gaps in braces, such as "The {part} was {word}."; a brace itself is doubled.
        words: For each gap what may stand there. All combinations are made, the last gap fastest;
            where words belong together, write a template for each group.
        label: The right answer, as the model names its classes.

    Raises:
        InvalidArgument: A gap has no words, words have no gap, or the text cannot be read.

    Examples:
        >>> Template(text="The {part} was {word}.", words={"part": ("food",), "word": ("bad", "poor")}, label=0).texts
        ('The food was bad.', 'The food was poor.')

    References:
        Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList",
        ACL 2020, arXiv:2005.04118, section 2.3.
    """

    text: str
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    label: str | int

    def __post_init__(self) -> None:
        """Validate; the words are copied."""
        gaps = self._gaps()
        if self.words or not isinstance(self.words, Mapping):
            object.__setattr__(self, "words", WordLists(self.words, name="words", example=_EXAMPLE))
        for gap in gaps:
            if not self.words.get(gap):
                raise InvalidArgument(f"{self.text!r}: the gap {{{gap}}} has no words; give words={{{gap!r}: (...)}}")
        for name in self.words:
            if name not in gaps:
                raise InvalidArgument(f"words[{name!r}] has no gap in {self.text!r}: write {{{name}}} where it stands")

    @property
    def texts(self) -> tuple[str, ...]:
        """Every filling."""
        gaps = self._gaps()
        choices = product(*(self.words[gap] for gap in gaps))
        return tuple(self.text.format(**dict(zip(gaps, chosen, strict=True))) for chosen in choices)

    def _gaps(self) -> list[str]:
        try:
            parsed = list(Formatter().parse(self.text))
        except (ValueError, TypeError) as error:
            raise InvalidArgument(
                f"text={self.text!r} cannot be read: {error}; a brace that is no gap is doubled: {{{{"
            ) from None
        gaps = []
        for _, name, form, conversion in parsed:
            if name is None:
                continue
            if not name.isidentifier() or form or conversion:
                raise InvalidArgument(
                    f"text={self.text!r}: a gap is a name in braces, {{word}}; a brace that is no gap is doubled"
                )
            gaps.append(name)
        return list(dict.fromkeys(gaps))
