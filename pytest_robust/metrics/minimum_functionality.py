"""The share of simple cases that a model must get right."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.metric import ExampleMetric, Request
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.template import Template

__all__ = ["MinimumFunctionality"]


@dataclass(frozen=True, kw_only=True)
class MinimumFunctionality(ExampleMetric):
    """The share of simple cases with a known answer that a model gets right. Needs no data.

    Where it falls short, the report quotes the cases that were answered wrong.

    Args:
        cases: Templates, each with its label.

    Raises:
        InvalidArgument: There are no cases, or one is no template.

    Examples:
        >>> from pytest_robust import Template
        >>> bad = Template(text="The {part} was bad.", words={"part": ("food", "wine")}, label="negative")
        >>> MinimumFunctionality(cases=(bad,)).requests()[0].data.x.tolist()
        ['The food was bad.', 'The wine was bad.']

    References:
        Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList",
        ACL 2020, arXiv:2005.04118, section 2.2.
    """

    cases: tuple[Template, ...]
    _data: Dataset = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Validate, and fill the templates."""
        if not isinstance(self.cases, tuple) or not self.cases:
            raise InvalidArgument(f"cases={self.cases!r} must be a tuple of templates, such as (Template(...),)")
        for case in self.cases:
            if not isinstance(case, Template):
                raise InvalidArgument(
                    f"cases: {case!r} is no template; write Template(text='It was {{word}}.', words=..., label=...)"
                )
        texts = [text for case in self.cases for text in case.texts]
        labels = [case.label for case in self.cases for _ in case.texts]
        if len({type(label) for label in labels}) > 1:
            raise InvalidArgument(
                f"cases: the labels {sorted(set(map(repr, labels)))} are of several types; "
                "name them all as the model does"
            )
        object.__setattr__(self, "_data", Dataset(x=np.array(texts, dtype=object), y=np.array(labels)))

    @property
    def title(self) -> str:
        """What it is, with the first template, so that several in one test are told apart."""
        more = f" and {len(self.cases) - 1} more" if len(self.cases) > 1 else ""
        return f"minimum functionality of {self.cases[0].text!r}{more}"

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation it needs, on the cases."""
        return (Request(data=self._data, wrong=True),)

    def scores(self, outcomes: Outcomes) -> Floats:
        """Return (n,) 1 where the answer is right."""
        return outcomes.clean
