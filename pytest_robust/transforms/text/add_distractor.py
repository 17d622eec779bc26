"""A sentence that has nothing to do with the matter."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import count_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.wording import texts_of, with_texts
from pytest_robust.transforms.text._words import DISTRACTORS

__all__ = ["AddDistractor", "End", "Side", "Start"]


class Side(ABC):
    """Which side of a text something is added to."""

    @abstractmethod
    def joined(self, text: str, added: Sequence[str]) -> str:
        """Return the text with what is added, the first nearest to it."""


@dataclass(frozen=True)
class Start(Side):
    """In front of the text.

    Examples:
        >>> Start().joined("A film.", ["@me", "@you"])
        '@you @me A film.'
    """

    def joined(self, text: str, added: Sequence[str]) -> str:
        """Return the text behind what is added."""
        return " ".join([*reversed(added), *([text] if text else [])])


@dataclass(frozen=True)
class End(Side):
    """Behind the text.

    Examples:
        >>> End().joined("A film.", ["@me", "@you"])
        'A film. @me @you'
    """

    def joined(self, text: str, added: Sequence[str]) -> str:
        """Return the text in front of what is added."""
        return " ".join([*([text] if text else []), *added])


@dataclass(frozen=True, kw_only=True, repr=False)
class AddDistractor(Transform):
    """Add sentences, links or names of users that have nothing to do with the text.

    Args:
        count: How many, at least 1, all different; a larger number adds the same and others.
        at: Where: `End()` or `Start()`.
        distractors: What is drawn from, at least `count`; left out, ten neutral sentences, links
            and names of users in English.

    Raises:
        InvalidArgument: `count` is no number of those there are, `at` is no side, or
            `distractors` are no texts.

    Examples:
        >>> AddDistractor()
        AddDistractor()
        >>> AddDistractor(at=Start(), distractors=("@airline",))
        AddDistractor(at=Start(), distractors=('@airline',))

    References:
        Jia and Liang, "Adversarial Examples for Evaluating Reading Comprehension Systems",
        EMNLP 2017, arXiv:1707.07328; Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP
        Models with CheckList", ACL 2020, arXiv:2005.04118, for links and names of users.
    """

    count: int = count_field(default=1, strongest=5)
    at: Side = End()
    distractors: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Validate."""
        given = self.distractors
        if given is not None and not (
            isinstance(given, tuple) and given and all(isinstance(text, str) and text for text in given)
        ):
            raise InvalidArgument(f"distractors={given!r} must be a tuple of texts, such as ('@airline',)")
        there_are = len(self._pool)
        count = self.count
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= there_are:
            raise InvalidArgument(
                f"count={count!r} must be an integer from 1 to {there_are}, the distractors there are"
            )
        if not isinstance(self.at, Side):
            raise InvalidArgument(f"at={self.at!r} must be End() or Start()")

    @property
    def _pool(self) -> tuple[str, ...]:
        return DISTRACTORS if self.distractors is None else self.distractors

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with something added."""
        texts, pool = texts_of(self, batch), self._pool
        # The smallest of one random number each: so fewer are the first of more.
        order = np.argsort(streams.uniform("place", (len(pool),)), axis=1, kind="stable")[:, : self.count]
        added = ([pool[one] for one in row] for row in order.tolist())
        return with_texts(batch, [self.at.joined(text, more) for text, more in zip(texts, added, strict=True)])
